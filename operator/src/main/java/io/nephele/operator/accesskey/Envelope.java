package io.nephele.operator.accesskey;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import io.nephele.crds.accesskey.AccessKey;
import io.nephele.crds.accesskey.AccessKeyStatus;
import io.nephele.crds.accesskey.MasterKey;
import io.nephele.operator.Writes;
import java.util.List;
import java.util.Map;

/** The Secret that tells a user his key, and the right to open it, which is his alone. All three go with the AccessKey. */
record Envelope(AccessKey key) {

    private static final String RBAC = "rbac.authorization.k8s.io";

    /** The name of all three. */
    String name() {
        return "access-key-" + AwsId.hash(key.getMetadata().getUid()).substring(0, 16);
    }

    /** Makes what is not there yet. The Secret comes last: it is never there without its Role. */
    void make(Writes writes, MasterKey masterKey) {
        List.<HasMetadata>of(role(), binding(), secret(masterKey)).forEach(writes::create);
    }

    void remove(Writes writes) {
        String namespace = key.getMetadata().getNamespace();
        writes.delete(Secret.class, namespace, name());
        writes.delete(RoleBinding.class, namespace, name());
        writes.delete(Role.class, namespace, name());
    }

    private Secret secret(MasterKey masterKey) {
        return new SecretBuilder()
                .withMetadata(metadata())
                .withType("nephele.io/access-key")
                .withStringData(Map.of(
                        AccessKeyStatus.ID,
                        key.accessKeyId(),
                        AccessKeyStatus.SECRET,
                        masterKey.secretAccessKey(key.getMetadata().getUid())))
                .build();
    }

    private Role role() {
        return new RoleBuilder()
                .withMetadata(metadata())
                .addNewRule()
                .withApiGroups("")
                .withResources("secrets")
                .withResourceNames(name())
                .withVerbs("get")
                .endRule()
                .build();
    }

    private RoleBinding binding() {
        return new RoleBindingBuilder()
                .withMetadata(metadata())
                .withNewRoleRef(RBAC, "Role", name())
                .addNewSubject()
                .withApiGroup(RBAC)
                .withKind("User")
                .withName(Nephele.IDENTITY_PREFIX + key.getSpec().user())
                .endSubject()
                .build();
    }

    private ObjectMeta metadata() {
        return new ObjectMetaBuilder()
                .withName(name())
                .withNamespace(key.getMetadata().getNamespace())
                .addNewOwnerReference()
                .withApiVersion(key.getApiVersion())
                .withKind(key.getKind())
                .withName(key.getMetadata().getName())
                .withUid(key.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .build();
    }
}
