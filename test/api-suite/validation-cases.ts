import { IMAGE } from './session.js';

/** Pods that a server refuses, with its words. `spec`, `container` and `metadata` go over a valid pod's. */
export interface Case {
  title: string;
  spec?: object;
  container?: object;
  metadata?: { name?: string } & Record<string, unknown>;
  code?: number;
  message: string;
}

const decoding = (why: string) => `Pod in version "v1" cannot be handled as a Pod: ${why}`;
const scratch = { volumes: [{ name: 'x', emptyDir: {} }] };
const LABEL =
  `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with ` +
  `an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;
const SUBDOMAIN =
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and ` +
  `end with an alphanumeric character (e.g. 'example.com', regex used for validation is ` +
  `'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const QUALIFIED =
  `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric ` +
  `character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is ` +
  `'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;

export const DECODING: Case[] = [
  {
    title: 'an unknown field of a container',
    container: { imagePullPolcy: 'Always' },
    message: decoding('strict decoding error: unknown field "spec.containers[0].imagePullPolcy"'),
  },
  {
    title: 'all unknown fields at once',
    container: { imagePullPolcy: 'Always' },
    spec: { foo: 1 },
    message: decoding(
      'strict decoding error: unknown field "spec.containers[0].imagePullPolcy", unknown field "spec.foo"',
    ),
  },
  {
    title: 'an unknown volume source',
    spec: { volumes: [{ name: 'v', emptyDirs: {} }] },
    message: decoding('strict decoding error: unknown field "spec.volumes[0].emptyDirs"'),
  },
  {
    title: 'a number for a string',
    container: { image: 5 },
    message: decoding(
      'json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
    ),
  },
  {
    title: 'a string for a number',
    container: { ports: [{ containerPort: '80' }] },
    message: decoding(
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ),
  },
  {
    title: 'a boolean as the value of a variable',
    container: { env: [{ name: 'A', value: true }] },
    message: decoding(
      'json: cannot unmarshal bool into Go struct field EnvVar.spec.containers.env.value of type string',
    ),
  },
  {
    title: 'a command that is no list',
    container: { command: 'sleep' },
    message: decoding(
      'json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string',
    ),
  },
  {
    title: 'a number as the value of a label',
    metadata: { labels: { a: 1 } },
    message: decoding(
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ),
  },
  {
    title: 'a quantity that is none',
    container: { resources: { limits: { cpu: 'lots' } } },
    message: decoding(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ),
  },
];

interface Cause {
  field: string;
  reason: string;
  message: string;
}

/** `newer`: how Kubernetes 1.37 says it. */
export const INVALID: (Case & Cause & { newer?: Cause })[] = [
  {
    title: 'a name with capitals',
    metadata: { name: 'Bad_Name' },
    field: 'metadata.name',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "Bad_Name": ${SUBDOMAIN}`,
  },
  {
    title: 'a pod without a name',
    metadata: { name: '' },
    field: 'metadata.name',
    reason: 'FieldValueRequired',
    message: 'Required value: name or generateName is required',
  },
  {
    title: 'a bad label value',
    metadata: { labels: { 'a b': 'c' } },
    field: 'metadata.labels',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "a b": ${QUALIFIED}`,
  },
  {
    title: 'a bad annotation key',
    metadata: { annotations: { 'a b': 'c' } },
    field: 'metadata.annotations',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "a b": ${QUALIFIED}`,
  },
  {
    title: 'an owner without uid',
    metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x' }] },
    field: 'metadata.ownerReferences.uid',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: "": must not be empty',
    newer: {
      field: 'metadata.ownerReferences[0].uid',
      reason: 'FieldValueRequired',
      message: 'Required value: must not be empty',
    },
  },
  {
    title: 'no containers',
    spec: { containers: [] },
    field: 'spec.containers',
    reason: 'FieldValueRequired',
    message: 'Required value',
  },
  {
    title: 'a container without image',
    container: { image: '' },
    field: 'spec.containers[0].image',
    reason: 'FieldValueRequired',
    message: 'Required value',
  },
  {
    title: 'an image with a leading blank',
    container: { image: ' busybox' },
    field: 'spec.containers[0].image',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: " busybox": must not have leading or trailing whitespace',
  },
  {
    title: 'a container without name',
    container: { name: '' },
    field: 'spec.containers[0].name',
    reason: 'FieldValueRequired',
    message: 'Required value',
  },
  {
    title: 'a container name that is no DNS label',
    container: { name: 'A_b' },
    field: 'spec.containers[0].name',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "A_b": ${LABEL}`,
  },
  {
    title: 'a container name that is too long',
    container: { name: 'a'.repeat(64) },
    field: 'spec.containers[0].name',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "${'a'.repeat(64)}": must be no more than 63 characters`,
  },
  {
    title: 'two containers of one name',
    spec: {
      containers: [
        { name: 'a', image: IMAGE },
        { name: 'a', image: IMAGE },
      ],
    },
    field: 'spec.containers[1].name',
    reason: 'FieldValueDuplicate',
    message: 'Duplicate value: "a"',
  },
  {
    title: 'an init container with the name of a container',
    spec: { initContainers: [{ name: 'job', image: IMAGE }] },
    field: 'spec.initContainers[0].name',
    reason: 'FieldValueDuplicate',
    message: 'Duplicate value: "job"',
  },
  {
    title: 'a mount of an unknown volume',
    container: { volumeMounts: [{ name: 'x', mountPath: '/x' }] },
    field: 'spec.containers[0].volumeMounts[0].name',
    reason: 'FieldValueNotFound',
    message: 'Not found: "x"',
  },
  {
    title: 'a mount without path',
    spec: scratch,
    container: { volumeMounts: [{ name: 'x' }] },
    field: 'spec.containers[0].volumeMounts[0].mountPath',
    reason: 'FieldValueRequired',
    message: 'Required value',
  },
  {
    title: 'two mounts at one path',
    spec: scratch,
    container: {
      volumeMounts: [
        { name: 'x', mountPath: '/x' },
        { name: 'x', mountPath: '/x' },
      ],
    },
    field: 'spec.containers[0].volumeMounts[1].mountPath',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: "/x": must be unique',
  },
  {
    title: 'a sub path that leads out of the volume',
    spec: scratch,
    container: { volumeMounts: [{ name: 'x', mountPath: '/x', subPath: '../a' }] },
    field: 'spec.containers[0].volumeMounts.subPath',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "../a": must not contain '..'`,
  },
  {
    title: 'an absolute sub path',
    spec: scratch,
    container: { volumeMounts: [{ name: 'x', mountPath: '/x', subPath: '/a' }] },
    field: 'spec.containers[0].volumeMounts.subPath',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: "/a": must be a relative path',
  },
  {
    title: 'two volumes of one name',
    spec: {
      volumes: [
        { name: 'x', emptyDir: {} },
        { name: 'x', emptyDir: {} },
      ],
    },
    field: 'spec.volumes[1].name',
    reason: 'FieldValueDuplicate',
    message: 'Duplicate value: "x"',
  },
  {
    title: 'two sources in one volume',
    spec: { volumes: [{ name: 'x', emptyDir: {}, hostPath: { path: '/' } }] },
    field: 'spec.volumes[0].hostPath',
    reason: 'FieldValueForbidden',
    message: 'Forbidden: may not specify more than 1 volume type',
  },
  {
    title: 'a claim without a name',
    spec: { volumes: [{ name: 'x', persistentVolumeClaim: {} }] },
    field: 'spec.volumes[0].persistentVolumeClaim.claimName',
    reason: 'FieldValueRequired',
    message: 'Required value',
  },
  {
    title: 'a variable without name',
    container: { env: [{ value: 'x' }] },
    field: 'spec.containers[0].env[0].name',
    reason: 'FieldValueRequired',
    message: 'Required value',
  },
  {
    title: 'a variable with = in its name',
    container: { env: [{ name: 'A=B', value: 'x' }] },
    field: 'spec.containers[0].env[0].name',
    reason: 'FieldValueInvalid',
    message: `Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
  },
  {
    title: 'a variable with two values',
    container: {
      env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    },
    field: 'spec.containers[0].env[0].valueFrom',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: "": may not be specified when `value` is not empty',
  },
  {
    title: 'a variable from a field that there is not',
    container: { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.nope' } } }] },
    field: 'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath',
    reason: 'FieldValueInvalid',
    message:
      'Invalid value: "metadata.nope": error converting fieldPath: field label not supported: metadata.nope',
  },
  {
    title: 'an unknown restart policy',
    spec: { restartPolicy: 'Sometimes' },
    field: 'spec.restartPolicy',
    reason: 'FieldValueNotSupported',
    message: 'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  },
  {
    title: 'an unknown pull policy',
    container: { imagePullPolicy: 'Maybe' },
    field: 'spec.containers[0].imagePullPolicy',
    reason: 'FieldValueNotSupported',
    message: 'Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
  },
  {
    title: 'a request above the limit',
    container: { resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } },
    field: 'spec.containers[0].resources.requests',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: "2": must be less than or equal to cpu limit of 1',
  },
  {
    title: 'a port out of range',
    container: { ports: [{ containerPort: 70_000 }] },
    field: 'spec.containers[0].ports[0].containerPort',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: 70000: must be between 1 and 65535, inclusive',
  },
  {
    title: 'a hook without a handler',
    container: { lifecycle: { postStart: {} } },
    field: 'spec.containers[0].lifecycle.postStart',
    reason: 'FieldValueRequired',
    message: 'Required value: must specify a handler type',
  },
];
