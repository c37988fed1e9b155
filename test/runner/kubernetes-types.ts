import type * as k8s from '@kubernetes/client-node';

/** The JSON of an API object: the client's types are classes, and say Date where JSON has text. */
type Json<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: Json<T[Key]> } : T;

export type KubernetesObject = Json<k8s.KubernetesObject>;
export type Pod = Json<k8s.V1Pod>;
export type Secret = Json<k8s.V1Secret>;
export type EnvVar = Json<k8s.V1EnvVar>;
export type PolicyRule = Json<k8s.V1PolicyRule>;
