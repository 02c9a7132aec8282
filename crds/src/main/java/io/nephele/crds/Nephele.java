package io.nephele.crds;

import org.jspecify.annotations.Nullable;

/** Names that operator, facade and chart agree on. */
public final class Nephele {

    public static final String GROUP = "nephele.io";
    public static final String VERSION = "v1alpha1";

    /** {@code kubectl get nephele} lists every kind. */
    public static final String CATEGORY = "nephele";

    /** Held by our objects that own something outside themselves. */
    public static final String FINALIZER = "nephele.io/finalizer";

    /** The field manager of everything the operator applies. */
    public static final String FIELD_MANAGER = "nephele";

    /** On every object the operator makes in a project's namespace: the AWS id of the Instance it belongs to. */
    public static final String LABEL_INSTANCE = "nephele.io/instance";

    /** On VirtualMachines and their VMIs: the name of the Instance. */
    public static final String ANNOTATION_INSTANCE = "nephele.io/instance-name";

    /** On the DataVolume and claim of a Volume: its AWS id. Admission protects claims that carry it. */
    public static final String LABEL_VOLUME = "nephele.io/volume";

    /** On the DataVolume and claim of an Image: its AWS id. */
    public static final String LABEL_IMAGE = "nephele.io/image";

    /** On namespaces: the Project that owns it. */
    public static final String LABEL_PROJECT = "nephele.io/project";

    /** On roles of one user in a project: the name of his ProjectMembership. */
    public static final String LABEL_MEMBERSHIP = "nephele.io/membership";

    /** On Instances made by one RunInstances: its reservation id. */
    public static final String ANNOTATION_RESERVATION = "nephele.io/reservation";

    /** On Instances made by one RunInstances: their index in it, from 0. */
    public static final String ANNOTATION_LAUNCH_INDEX = "nephele.io/launch-index";

    /** On objects made with a ClientToken: a hash of the request's other parameters. */
    public static final String ANNOTATION_REQUEST_HASH = "nephele.io/request-hash";

    /** On objects made with a ClientToken: the token, for DescribeInstances. */
    public static final String ANNOTATION_CLIENT_TOKEN = "nephele.io/client-token";

    /** On objects that cost: the user whose quota they count in. Set at admission to who makes them; an owner may change it. */
    public static final String ANNOTATION_CHARGED_TO = "nephele.io/charged-to";

    /** On objects that the operator has written for somebody: the Kubernetes user whose step it was, or nothing where it was the operator's own. */
    public static final String ANNOTATION_ACTING_FOR = "nephele.io/acting-for";

    /** On ProjectMemberships that came from a MembershipRequest: its UID. */
    public static final String ANNOTATION_MEMBERSHIP_REQUEST = "nephele.io/membership-request";

    /** On Projects: the UID of the ProjectApplication that was carried out last. */
    public static final String ANNOTATION_APPLICATION = "nephele.io/application";

    /** On objects that the facade has written last: the id of that request. The operator puts it on their events. */
    public static final String ANNOTATION_REQUEST_ID = "nephele.io/request-id";

    /** What Kubernetes names of users and groups of the identity provider begin with. */
    public static final String IDENTITY_PREFIX = "nephele:";

    /** Everybody who comes in through the identity provider or the facade is in this group. */
    public static final String GROUP_USERS = IDENTITY_PREFIX + "users";

    /** Who looks after the cloud. */
    public static final String GROUP_ADMINISTRATORS = IDENTITY_PREFIX + "administrators";

    /** The name that the identity provider has for a Kubernetes user, or null for one that is not of it. */
    public static @Nullable String person(String kubernetesUser) {
        return kubernetesUser.startsWith(IDENTITY_PREFIX) ? kubernetesUser.substring(IDENTITY_PREFIX.length()) : null;
    }

    private Nephele() {}
}
