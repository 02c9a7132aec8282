// Reads the JSON Schema of kinds.ts and writes one CustomResourceDefinition per kind, with the field list of the published types, into the folder given.
import { createGenerator } from 'ts-json-schema-generator';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2];

const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const column = (name, jsonPath) => ({ name, type: 'string', jsonPath });

const kinds = [
  { kind: 'VirtualMachine', plural: 'virtualmachines', shortNames: ['vm', 'vms'], group: 'kubevirt.io', version: 'v1', status: true,
    columns: [age, column('Status', '.status.printableStatus'), column('Ready', ".status.conditions[?(@.type=='Ready')].status")] },
  { kind: 'VirtualMachineInstance', plural: 'virtualmachineinstances', shortNames: ['vmi', 'vmis'], group: 'kubevirt.io', version: 'v1', status: false,
    columns: [age, column('Phase', '.status.phase'), column('IP', '.status.interfaces[0].ipAddress'), column('NodeName', '.status.nodeName')] },
  { kind: 'VirtualMachineInstanceMigration', plural: 'virtualmachineinstancemigrations', shortNames: ['vmim', 'vmims'], group: 'kubevirt.io', version: 'v1', status: true,
    columns: [column('Phase', '.status.phase'), column('VMI', '.spec.vmiName')] },
  { kind: 'DataVolume', plural: 'datavolumes', shortNames: ['dv', 'dvs'], group: 'cdi.kubevirt.io', version: 'v1beta1', status: true,
    newer: ({ properties: { spec: { properties: spec } } }) => {
      spec.contentType = { type: 'string', enum: ['kubevirt', 'archive'] };
      spec.source.properties.http.properties.checksum = { type: 'string' };
    },
    columns: [column('Phase', '.status.phase'), column('Progress', '.status.progress'), { name: 'Restarts', type: 'integer', jsonPath: '.status.restartCount' }, age] },
  { kind: 'DataSource', plural: 'datasources', shortNames: ['das'], group: 'cdi.kubevirt.io', version: 'v1beta1', status: true, columns: [age] },
  // No types of this one are published.
  { kind: 'StorageProfile', plural: 'storageprofiles', group: 'cdi.kubevirt.io', version: 'v1beta1', scope: 'Cluster', status: true, columns: [age] },
];

// Fields that hold a Quantity by the map: the types say string, the API takes a number too.
const quantityMaps = new Set(['requests', 'limits', 'capacity', 'allocatable']);

// Fields that the types give a choice for, and the API servers do not.
const free = new Set(['volumeMode', 'accessModes']);

/** The structural form of a JSON Schema: what the API server accepts in a CRD, without descriptions. */
function structural(schema, name) {
  if (name === 'metadata') {
    // An embedded object's metadata would be pruned without this.
    return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
  switch (schema.type) {
    case 'object': {
      const result = { type: 'object' };
      const properties = Object.entries(schema.properties ?? {});
      if (properties.length > 0) {
        result.properties = Object.fromEntries(properties.map(([key, value]) => [key, structural(value, key)]));
        if (schema.required?.length) result.required = schema.required;
      } else if (typeof schema.additionalProperties === 'object' && schema.additionalProperties.type) {
        result.additionalProperties = quantityMaps.has(name) ? { 'x-kubernetes-int-or-string': true } : structural(schema.additionalProperties, '');
      } else {
        result['x-kubernetes-preserve-unknown-fields'] = true;
      }
      return result;
    }
    case 'array':
      return { type: 'array', items: structural(schema.items, name), 'x-kubernetes-list-type': 'atomic' };
    case 'number':
    case 'integer':
      return { type: 'integer' };
    case 'boolean':
      return { type: 'boolean' };
    case 'string':
      return schema.enum && !free.has(name) ? { type: 'string', enum: schema.enum } : { type: 'string' };
    default:
      return { 'x-kubernetes-preserve-unknown-fields': true };
  }
}

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const schema = createGenerator({
  tsconfig: join(here, 'tsconfig.json'), path: join(here, 'kinds.ts'), type: 'Kinds', skipTypeCheck: true, topRef: true,
}).createSchema('Kinds');
const types = schema.definitions.Kinds.properties;

mkdirSync(target, { recursive: true });
for (const k of kinds) {
  const root = types[k.kind] ? structural(types[k.kind], '') : { properties: { spec: anything, status: anything } };
  root.properties.metadata = { type: 'object' };
  // What the published types do not have yet.
  k.newer?.(root);
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${k.plural}.${k.group}` },
    spec: {
      group: k.group,
      names: { kind: k.kind, plural: k.plural, singular: k.kind.toLowerCase(), shortNames: k.shortNames, categories: ['all'] },
      scope: k.scope ?? 'Namespaced',
      versions: [{
        name: k.version, served: true, storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: root.properties, required: root.required } },
        ...(k.status ? { subresources: { status: {} } } : {}),
        additionalPrinterColumns: k.columns,
      }],
    },
  };
  writeFileSync(join(target, `${k.kind}.json`), JSON.stringify(definition));
}
