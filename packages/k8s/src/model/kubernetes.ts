import type * as client from '@kubernetes/client-node';

/** The JSON of an API object: the client's types are classes, and say Date where JSON has text. */
export type Json<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: Json<T[Key]> } : T;

export type Affinity = Json<client.V1Affinity>;
export type Container = Json<client.V1Container>;
export type ContainerPort = Json<client.V1ContainerPort>;
export type ContainerStatus = Json<client.V1ContainerStatus>;
export type EnvVar = Json<client.V1EnvVar>;
export type LocalObjectReference = Json<client.V1LocalObjectReference>;
export type ObjectMeta = Json<client.V1ObjectMeta>;
export type OwnerReference = Json<client.V1OwnerReference>;
export type Pod = Json<client.V1Pod>;
export type Secret = Json<client.V1Secret>;
export type Volume = Json<client.V1Volume>;
export type VolumeMount = Json<client.V1VolumeMount>;
