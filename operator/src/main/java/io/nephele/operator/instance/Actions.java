package io.nephele.operator.instance;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.nephele.crds.AwsId;
import io.nephele.crds.instance.Instance;
import io.nephele.crds.instance.PowerState;
import io.nephele.crds.volume.Volume;
import io.nephele.foreign.kubevirt.VirtualMachine;
import io.nephele.operator.Writes;
import io.nephele.operator.volume.VolumeReconciler;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Carries out what was decided. */
@ApplicationScoped
public class Actions {

    private final Writes writes;

    public Actions(Writes writes) {
        this.writes = writes;
    }

    /**
     * An action that was refused for good, as things stand.
     *
     * @param message of whoever refuses, for the user
     */
    record Refusal(Reason reason, String message) {}

    /** Returns what was refused, if something was. */
    @Nullable Refusal perform(Instance instance, List<Action> actions, Sight sight) {
        Refusal refusal = null;
        for (Action action : actions) {
            Refusal answer = perform(instance, action, sight);
            refusal = answer == null ? refusal : answer;
        }
        return refusal;
    }

    private @Nullable Refusal perform(Instance instance, Action action, Sight sight) {
        String namespace = instance.getMetadata().getNamespace();
        String id = AwsId.INSTANCE.of(instance);
        switch (action) {
            case Action.CreateVolume(Volume volume) -> {
                return create(namespace, volume, sight);
            }
            case Action.CreateSecret(var secret) -> writes.create(secret);
            case Action.ApplyVm(VirtualMachine vm) -> {
                return apply(instance, vm, sight);
            }
            case Action.DeleteVm() -> writes.delete(VirtualMachine.class, namespace, id);
            case Action.CutPower() -> subresource(namespace, "virtualmachines", id, "stop", "{\"gracePeriod\":0}");
            case Action.Reboot() -> subresource(namespace, "virtualmachineinstances", id, "softreboot", "{}");
            case Action.DeleteVolume(Volume volume) ->
                writes.delete(Volume.class, namespace, volume.getMetadata().getName());
            case Action.DetachVolume(Volume volume) -> VolumeReconciler.detach(writes, volume);
            case Action.DeleteInstance() ->
                writes.delete(Instance.class, namespace, instance.getMetadata().getName());
        }
        return null;
    }

    private @Nullable Refusal create(String namespace, Volume volume, Sight sight) {
        try {
            if (!writes.create(volume)) {
                Volume created = writes.client()
                        .resources(Volume.class)
                        .inNamespace(namespace)
                        .withName(volume.getMetadata().getName())
                        .get();
                if (created != null) {
                    sight.wrote(created);
                }
            }
            return null;
        } catch (KubernetesClientException e) {
            String excess = Writes.quotaExcess(e);
            if (excess == null) {
                throw e;
            }
            return new Refusal(Reason.QuotaExceeded, "The root volume: " + excess);
        }
    }

    /** Asked again it would be refused again: the user is told, and the next change of anything is the next try. */
    private @Nullable Refusal apply(Instance instance, VirtualMachine vm, Sight sight) {
        String namespace = instance.getMetadata().getNamespace();
        @Nullable VirtualMachine before = sight.vm(namespace, vm.getMetadata().getName());
        try {
            sight.wrote(writes.apply(vm), before);
            return null;
        } catch (KubernetesClientException e) {
            if (!Writes.isPermanent(e)) {
                throw e;
            }
            return new Refusal(Reason.VmFailure, "KubeVirt refuses the VM: " + e.getMessage());
        }
    }

    /**
     * Writes what a shutdown from inside means into the spec. The user may have given another order since the decision: then that one counts, and the next look sees it.
     */
    void order(Instance instance, PowerState after) {
        String clearProtection = instance.getSpec().isTerminationProtected() && after == PowerState.Terminated
                ? ",{\"op\":\"replace\",\"path\":\"/spec/terminationProtection\",\"value\":false}"
                : instance.getSpec().isStopProtected() && after == PowerState.Stopped
                        ? ",{\"op\":\"replace\",\"path\":\"/spec/stopProtection\",\"value\":false}"
                        : "";
        String patch =
                "[{\"op\":\"test\",\"path\":\"/spec/powerState\",\"value\":\"%s\"},{\"op\":\"replace\",\"path\":\"/spec/powerState\",\"value\":\"%s\"}%s]"
                        .formatted(PowerState.Running, after, clearProtection);
        try {
            writes.client()
                    .resources(Instance.class)
                    .inNamespace(instance.getMetadata().getNamespace())
                    .withName(instance.getMetadata().getName())
                    .patch(PatchContext.of(PatchType.JSON), patch);
        } catch (KubernetesClientException e) {
            if (e.getCode() != 422) {
                throw e;
            }
        }
    }

    /** KubeVirt's verbs answer 406 to whoever accepts only JSON, and with an empty body. A conflict means that there is nothing to do any more. */
    private void subresource(String namespace, String plural, String name, String verb, String body) {
        KubernetesClient client = writes.client();
        String url = "%sapis/subresources.kubevirt.io/v1/namespaces/%s/%s/%s/%s"
                .formatted(client.getMasterUrl(), namespace, plural, name, verb);
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(url)
                .header("Accept", "*/*")
                .method("PUT", "application/json", body)
                .build();
        try {
            HttpResponse<String> response =
                    client.getHttpClient().sendAsync(request, String.class).get();
            int code = response.code();
            boolean over = code == HttpURLConnection.HTTP_CONFLICT || code == HttpURLConnection.HTTP_NOT_FOUND;
            if (!response.isSuccessful() && !over) {
                throw new IllegalStateException(
                        "%s of %s/%s answered %d: %s".formatted(verb, namespace, name, code, response.bodyString()));
            }
        } catch (ExecutionException | java.io.IOException e) {
            throw new IllegalStateException(verb + " of " + namespace + "/" + name + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
