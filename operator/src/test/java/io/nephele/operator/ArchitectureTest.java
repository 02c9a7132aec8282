package io.nephele.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.nephele", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule knowsNeitherFacadeNorSandbox = noClasses()
            .that()
            .resideInAPackage("io.nephele.operator..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.nephele.apiserver..", "io.nephele.sandbox..");

    @ArchTest
    static final ArchRule decisionsTouchNoClient = noClasses()
            .that()
            .haveSimpleNameEndingWith("Decision")
            .or()
            .haveSimpleName("Power")
            .or()
            .haveSimpleName("Resize")
            .or()
            .haveSimpleName("StatusBuilder")
            .or()
            .haveSimpleName("Machine")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.fabric8.kubernetes.client.KubernetesClient")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.javaoperatorsdk..", "io.quarkus..");
}
