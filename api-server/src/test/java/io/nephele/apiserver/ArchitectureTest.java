package io.nephele.apiserver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.nephele", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule knowsNeitherOperatorNorSandbox = noClasses()
            .that()
            .resideInAPackage("io.nephele.apiserver..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.nephele.operator..", "io.nephele.sandbox..");

    @ArchTest
    static final ArchRule theWireKnowsNothingOfKubernetes = noClasses()
            .that()
            .resideInAPackage("io.nephele.apiserver.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.nephele.crds..");
}
