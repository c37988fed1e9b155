import type { Cause } from './status.js';
import { quantity } from './quantity.js';
import type { ContainerSpec, EnvVar, Meta, Pod, Secret, Draft, Volume, VolumeMount } from './types.js';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const FIELD_PATHS =
  /^(metadata\.(name|namespace|uid|labels|annotations)(\['.+'\])?|spec\.(nodeName|serviceAccountName)|status\.(podIPs?|hostIPs?))$/;

type Fields = Cause[];
const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${detail && `: ${detail}`}`,
  field,
});
const wrong = (field: string, value: string | number, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});
const duplicate = (field: string, value: string): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: "${value}"`,
  field,
});

/** The faults of a pod that the server names in a 422, for the fields that hooks and templates set. */
export function podFaults(pod: Draft<Pod>): Fields {
  const { spec } = pod;
  const volumes = spec.volumes ?? [];
  const names = new Set(volumes.map(({ name }) => name));
  const containers = spec.containers.flatMap((c, i) => containerFaults(c, `spec.containers[${i}]`, names));
  const init = (spec.initContainers ?? []).flatMap((c, i) =>
    containerFaults(c, `spec.initContainers[${i}]`, names),
  );
  return [
    ...metaFaults(pod.metadata),
    ...volumes.flatMap((volume, i) => volumeFaults(volume, i, volumes)),
    ...(spec.containers.length === 0 ? [required('spec.containers')] : []),
    ...containers,
    ...duplicates(spec.containers, 'spec.containers', new Set()),
    ...init,
    ...duplicates(
      spec.initContainers ?? [],
      'spec.initContainers',
      new Set(spec.containers.map((c) => c.name)),
    ),
    ...unsupported('spec.restartPolicy', spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
  ];
}

export function secretFaults({ metadata, type, data }: Draft<Secret>): Fields {
  const badKeys = Object.keys(data ?? {}).filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key));
  const why =
    `a valid config key must consist of alphanumeric characters, '-', '_' or '.' ` +
    `(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;
  return [
    ...metaFaults(metadata),
    ...badKeys.map((key) => wrong(`data[${key}]`, key, why)),
    ...(type === 'kubernetes.io/dockerconfigjson' ? dockerConfigFaults(data?.['.dockerconfigjson']) : []),
  ];
}

function dockerConfigFaults(encoded: string | undefined): Fields {
  const field = 'data[.dockerconfigjson]';
  if (encoded === undefined) return [required(field)];
  try {
    JSON.parse(Buffer.from(encoded, 'base64').toString());
    return [];
  } catch {
    return [wrong(field, '<secret contents redacted>', 'invalid character')];
  }
}

function metaFaults(metadata: Partial<Meta>): Fields {
  const { name = '', generateName, labels = {}, annotations = {} } = metadata;
  const nameFaults =
    name === ''
      ? generateName === undefined
        ? [required('metadata.name', 'name or generateName is required')]
        : []
      : subdomainFaults('metadata.name', name);
  const labelFaults = Object.entries(labels).flatMap(([key, value]) => [
    ...keyFaults('metadata.labels', key),
    ...valueFaults('metadata.labels', value),
  ]);
  const owners = (metadata.ownerReferences ?? []).filter((owner) => !owner.uid);
  return [
    ...nameFaults,
    ...labelFaults,
    ...Object.keys(annotations).flatMap((key) => keyFaults('metadata.annotations', key)),
    ...owners.map(() => wrong('metadata.ownerReferences.uid', '', 'must not be empty')),
  ];
}

function subdomainFaults(field: string, name: string): Fields {
  if (name.length > 253) return [wrong(field, name, 'must be no more than 253 characters')];
  const why =
    `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start ` +
    `and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
  return matches(SUBDOMAIN, name) ? [] : [wrong(field, name, why)];
}

function labelFaults(field: string, name: string): Fields {
  if (name === '') return [required(field)];
  if (name.length > 63) return [wrong(field, name, 'must be no more than 63 characters')];
  const why =
    `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end ` +
    `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
  return matches(LABEL, name) ? [] : [wrong(field, name, why)];
}

function keyFaults(field: string, key: string): Fields {
  const name = key.slice(key.indexOf('/') + 1);
  if (name.length > 63) return [wrong(field, key, 'name part must be no more than 63 characters')];
  const why =
    `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric ` +
    `character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;
  return matches(QUALIFIED, name) ? [] : [wrong(field, key, why)];
}

function valueFaults(field: string, value: string): Fields {
  if (value.length > 63) return [wrong(field, value, 'must be no more than 63 bytes')];
  const pattern = `(${QUALIFIED})?`;
  const why =
    `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and ` +
    `end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${pattern}')`;
  return matches(pattern, value) ? [] : [wrong(field, value, why)];
}

function containerFaults(container: Partial<ContainerSpec>, field: string, volumes: Set<string>): Fields {
  const { name = '', image = '', volumeMounts = [], ports = [], lifecycle } = container;
  return [
    ...labelFaults(`${field}.name`, name),
    ...(image === '' ? [required(`${field}.image`)] : []),
    ...(image !== image.trim()
      ? [wrong(`${field}.image`, image, 'must not have leading or trailing whitespace')]
      : []),
    ...unsupported(`${field}.imagePullPolicy`, container.imagePullPolicy, [
      'Always',
      'IfNotPresent',
      'Never',
    ]),
    ...ports.flatMap(({ containerPort = 0 }, i) =>
      portFaults(`${field}.ports[${i}].containerPort`, containerPort),
    ),
    ...(container.env ?? []).flatMap((variable, i) => envFaults(variable, `${field}.env[${i}]`)),
    ...mountFaults(volumeMounts, field, volumes),
    ...(['postStart', 'preStop'] as const).flatMap((hook) =>
      lifecycle?.[hook] && Object.keys(lifecycle[hook]).length === 0
        ? [required(`${field}.lifecycle.${hook}`, 'must specify a handler type')]
        : [],
    ),
    ...resourceFaults(container, `${field}.resources.requests`),
  ];
}

function portFaults(field: string, port: number): Fields {
  if (port === 0) return [required(field)];
  return port < 0 || port > 65_535 ? [wrong(field, port, 'must be between 1 and 65535, inclusive')] : [];
}

function envFaults({ name = '', value = '', valueFrom }: Partial<EnvVar>, field: string): Fields {
  const why = `a valid environment variable name must consist only of printable ASCII characters other than '='`;
  const path = valueFrom?.fieldRef?.fieldPath;
  return [
    ...(name === '' ? [required(`${field}.name`)] : []),
    ...(name !== '' && !/^[ -<>-~]+$/.test(name) ? [wrong(`${field}.name`, name, why)] : []),
    ...(value !== '' && valueFrom
      ? [wrong(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty')]
      : []),
    ...(path !== undefined && !FIELD_PATHS.test(path)
      ? [
          wrong(
            `${field}.valueFrom.fieldRef.fieldPath`,
            path,
            `error converting fieldPath: field label not supported: ${path}`,
          ),
        ]
      : []),
  ];
}

function mountFaults(mounts: Partial<VolumeMount>[], field: string, volumes: Set<string>): Fields {
  const paths = mounts.map(({ mountPath }) => mountPath);
  return mounts.flatMap(({ name = '', mountPath = '', subPath = '' }, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    const subPathField = `${field}.volumeMounts.subPath`;
    return [
      ...(name === '' ? [required(`${at}.name`)] : []),
      ...(name !== '' && !volumes.has(name)
        ? [{ reason: 'FieldValueNotFound', message: `Not found: "${name}"`, field: `${at}.name` }]
        : []),
      ...(mountPath === '' ? [required(`${at}.mountPath`)] : []),
      ...(mountPath !== '' && paths.indexOf(mountPath) < i
        ? [wrong(`${at}.mountPath`, mountPath, 'must be unique')]
        : []),
      ...(subPath.startsWith('/') ? [wrong(subPathField, subPath, 'must be a relative path')] : []),
      ...(subPath.split('/').includes('..') ? [wrong(subPathField, subPath, "must not contain '..'")] : []),
    ];
  });
}

function resourceFaults({ resources = {} }: Partial<ContainerSpec>, field: string): Fields {
  return Object.entries(resources.requests ?? {}).flatMap(([name, request]) => {
    const limit = resources.limits?.[name];
    if (limit === undefined || quantity(request) <= quantity(limit)) return [];
    return [wrong(field, String(request), `must be less than or equal to ${name} limit of ${limit}`)];
  });
}

function volumeFaults(volume: Partial<Volume>, index: number, all: Volume[]): Fields {
  const at = `spec.volumes[${index}]`;
  const { name = '', ...sources } = volume;
  const first = all.findIndex((other) => other.name === name);
  const second = Object.keys(sources).filter((key) => key !== 'emptyDir');
  const extra = second.slice('emptyDir' in sources ? 0 : 1);
  return [
    ...(name === '' ? [required(`${at}.name`)] : labelFaults(`${at}.name`, name)),
    ...(first < index ? [duplicate(`${at}.name`, name)] : []),
    ...extra.map((key) => ({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not specify more than 1 volume type',
      field: `${at}.${key}`,
    })),
    ...(volume.persistentVolumeClaim && !volume.persistentVolumeClaim.claimName
      ? [required(`${at}.persistentVolumeClaim.claimName`)]
      : []),
  ];
}

function duplicates(containers: ContainerSpec[], field: string, seen: Set<string>): Fields {
  return containers.flatMap(({ name }, i) => {
    if (seen.has(name)) return [duplicate(`${field}[${i}].name`, name)];
    seen.add(name);
    return [];
  });
}

function unsupported(field: string, value: string | undefined, known: string[]): Fields {
  if (value === undefined || known.includes(value)) return [];
  const list = known.map((item) => `"${item}"`).join(', ');
  const message = `Unsupported value: "${value}": supported values: ${list}`;
  return [{ reason: 'FieldValueNotSupported', message, field }];
}

const matches = (pattern: string, text: string) => new RegExp(`^(${pattern})$`).test(text);
