package io.nephele.apiserver.action;

import io.nephele.apiserver.Settings;
import io.nephele.apiserver.auth.Caller;
import io.nephele.apiserver.kube.AsUser;
import io.nephele.apiserver.kube.Cluster;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.volume.Volume;
import java.util.List;
import java.util.Map;

/**
 * The surroundings of a request.
 *
 * @param caller who asks, and for which project
 * @param cluster what is there
 * @param asUser writes with his rights
 * @param sent names and values as they came in, for what has to tell one request from another
 */
public record Call(
        Caller caller, Cluster cluster, AsUser asUser, Settings settings, String requestId, Map<String, String> sent) {

    public String project() {
        return caller.project();
    }

    public String account() {
        return caller.accountId();
    }

    /** The name of an availability zone by its letter. */
    public String zone(String letter) {
        return settings.region() + letter;
    }

    /** The zone that everything is in that has not been told otherwise. */
    public String defaultZone() {
        return zone(settings.zones().getFirst());
    }

    /** An Instance of the project by its id. */
    public Instance instance(String id) {
        if (!AwsId.INSTANCE.matches(id)) {
            throw AwsException.of("InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
        }
        Instance instance = cluster.instance(project(), id);
        if (instance == null) {
            throw AwsException.of("InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist");
        }
        return instance;
    }

    /** Instances of the project by their ids: all, or an error that names the first that is not there. */
    public List<Instance> instances(List<String> ids) {
        if (ids.isEmpty()) {
            throw AwsException.missing("InstanceId");
        }
        return ids.stream().distinct().map(this::instance).toList();
    }

    /** A Volume of the project by its id. */
    public Volume volume(String id) {
        if (!AwsId.VOLUME.matches(id)) {
            throw AwsException.invalidValue(
                    "Value (" + id + ") for parameter volumeId is invalid. Expected: 'vol-...'.");
        }
        Volume volume = cluster.volume(project(), id);
        if (volume == null) {
            throw AwsException.of("InvalidVolume.NotFound", "The volume '" + id + "' does not exist.");
        }
        return volume;
    }
}
