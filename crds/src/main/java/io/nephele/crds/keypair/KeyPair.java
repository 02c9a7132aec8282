package io.nephele.crds.keypair;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Nephele;

/** An ssh public key. The private half is never stored. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("kp")
@ValidationRule(value = "has(self.spec)", message = "spec is missing: a KeyPair needs spec.publicKey")
@AdditionalPrinterColumn(name = "KeyName", jsonPath = ".spec.keyName", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Type", jsonPath = ".spec.keyType", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Fingerprint",
        jsonPath = ".spec.fingerprint",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class KeyPair extends CustomResource<KeyPairSpec, Void> implements Namespaced {}
