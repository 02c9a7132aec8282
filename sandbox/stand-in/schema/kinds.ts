// The kinds whose schemas the sandbox needs, as one type.
import type { V1VirtualMachine, V1VirtualMachineInstance, V1VirtualMachineInstanceMigration } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { V1beta1DataSource, V1beta1DataVolume } from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';

export interface Kinds {
  VirtualMachine: V1VirtualMachine;
  VirtualMachineInstance: V1VirtualMachineInstance;
  VirtualMachineInstanceMigration: V1VirtualMachineInstanceMigration;
  DataVolume: V1beta1DataVolume;
  DataSource: V1beta1DataSource;
}
