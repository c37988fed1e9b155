/** The parts of Kubernetes objects that the engine reads. All other fields are kept and given back as sent. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

export interface Meta {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generateName?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Meta;
}

/** An object as a client sends it: the server fills the rest of the metadata in. */
export type Draft<T extends KubeObject> = Omit<T, 'metadata'> & { metadata: Partial<Meta> };

export interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

export interface KubeEvent extends KubeObject {
  type: string;
  reason: string;
  message: string;
  involvedObject: { kind: string; namespace: string; name: string; uid: string };
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status: PodStatus;
}

export interface PodSpec {
  containers: ContainerSpec[];
  initContainers?: ContainerSpec[];
  volumes?: Volume[];
  restartPolicy?: string;
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  serviceAccountName?: string;
  serviceAccount?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  securityContext?: SecurityContext & { fsGroup?: number };
  tolerations?: unknown[];
  [field: string]: unknown;
}

export interface SecurityContext {
  runAsUser?: number;
  runAsGroup?: number;
}

export interface ContainerSpec {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: { prefix?: string; secretRef?: Optional; configMapRef?: Optional }[];
  workingDir?: string;
  imagePullPolicy?: string;
  restartPolicy?: string;
  ports?: { containerPort?: number; protocol?: string }[];
  volumeMounts?: VolumeMount[];
  resources?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> };
  lifecycle?: { postStart?: Handler; preStop?: Handler };
  readinessProbe?: Probe;
  startupProbe?: Probe;
  securityContext?: SecurityContext;
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
}

interface Optional {
  name?: string;
  optional?: boolean;
}

export interface KeyRef extends Optional {
  key?: string;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: FieldRef; secretKeyRef?: KeyRef; configMapKeyRef?: KeyRef };
}

export interface FieldRef {
  apiVersion?: string;
  fieldPath?: string;
}

export interface Handler {
  exec?: { command?: string[] };
  [handler: string]: unknown;
}

export interface Probe extends Handler {
  initialDelaySeconds?: number;
  periodSeconds?: number;
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  readOnly?: boolean;
}

interface KeyToPath {
  key: string;
  path: string;
}

interface DownwardItem {
  path: string;
  fieldRef?: FieldRef;
}

export interface Volume {
  name: string;
  emptyDir?: object;
  hostPath?: { path?: string; type?: string };
  secret?: { secretName?: string; optional?: boolean; items?: KeyToPath[] };
  configMap?: Optional;
  downwardAPI?: { items?: DownwardItem[] };
  persistentVolumeClaim?: { claimName?: string };
  ephemeral?: object;
  projected?: { sources?: ProjectedSource[]; defaultMode?: number };
  [source: string]: unknown;
}

export interface ProjectedSource {
  secret?: Optional & { items?: KeyToPath[] };
  configMap?: Optional & { items?: KeyToPath[] };
  downwardAPI?: { items?: DownwardItem[] };
  serviceAccountToken?: { path: string; expirationSeconds?: number };
}

export type ContainerState =
  | { waiting: { reason: string; message?: string } }
  | { running: { startedAt: string } }
  | { terminated: Terminated };

export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string;
  finishedAt: string;
}

export interface ContainerStatus {
  name: string;
  state: ContainerState;
  lastState: Partial<{ terminated: Terminated }>;
  ready: boolean;
  started: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
}

export interface Condition {
  type: string;
  status: 'True' | 'False';
  lastProbeTime: null;
  lastTransitionTime: string;
  reason?: string;
  message?: string;
}

export interface PodStatus {
  phase: string;
  reason?: string;
  message?: string;
  conditions?: Condition[];
  hostIP?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
  qosClass: string;
}
