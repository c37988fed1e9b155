import type * as k8s from '@kubernetes/client-node';
import type { Json } from '../../packages/k8s/src/model/kubernetes.js';

export type { EnvVar, Pod, Secret } from '../../packages/k8s/src/model/kubernetes.js';
export type KubernetesObject = Json<k8s.KubernetesObject>;
export type PolicyRule = Json<k8s.V1PolicyRule>;
