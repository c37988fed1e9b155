import { HookError } from '@podhooks/hooklib';
import { globExpression } from '../model/glob.js';
import { DEFAULT_REGISTRY, registryOf } from './registry.js';

/** An image as the container runtime resolves its name. */
interface Reference {
  /** Registry and path: `docker.io/library/node`. */
  name: string;
  tag: string | undefined;
  digest: string | undefined;
}

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
/** Of docker and containerd: with more, the expression of a glob with several stars would take its time. */
const LONGEST_NAME = 255;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Kubelets and runtimes take these for the identifier of an image that is on the node, whoever has pulled it. */
const IDENTIFIER = /^(?:sha256:)?[0-9a-f]{64}$/;

/** The name by the rules of docker; undefined for one that these do not know, or that names an image of the node. */
export function resolveImage(image: string): Reference | undefined {
  if (IDENTIFIER.test(image)) return undefined;
  const [rest = '', digest, ...more] = image.split('@');
  const [, untagged = '', tag] = /^(.*?)(?::([^:/]*))?$/s.exec(rest) ?? [];
  const registry = registryOf(untagged);
  const hasHost = registry !== DEFAULT_REGISTRY || /^(?:index\.)?docker\.io\//.test(untagged);
  const path = untagged.split('/').slice(hasHost ? 1 : 0);
  const parts = registry === DEFAULT_REGISTRY && path.length === 1 ? ['library', ...path] : path;
  const host = registry.toLowerCase();
  const isKnown =
    more.length === 0 &&
    untagged.length <= LONGEST_NAME &&
    HOST.test(host) &&
    parts.every((part) => PATH.test(part)) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  return isKnown ? { name: [host, ...parts].join('/'), tag, digest } : undefined;
}

/**
 * @param who The container, in words: `service redis`.
 * @throws HookError UNSUPPORTED for an image that the administrator does not allow.
 */
export function requireAllowedImage(image: string, who: string, allowed: readonly string[]): void {
  if (allowed.length === 0) return;
  const reference = resolveImage(image);
  if (reference !== undefined && allowed.some((glob) => matches(glob, reference))) return;
  const seen =
    reference === undefined ? 'it is not the full name of an image' : `it stands for ${full(reference)}`;
  throw new HookError(
    'UNSUPPORTED',
    `The image ${JSON.stringify(image)} of ${who} is not allowed: ${seen}, and ACTIONS_RUNNER_HOOK_IMAGES_ALLOW has ${allowed.join(', ')}.`,
    { hint: 'Use an image that is allowed, or ask the administrator of the runners to allow this one.' },
  );
}

/** With a digest, the runtime does not look at the tag. */
function full({ name, tag = 'latest', digest }: Reference): string {
  return digest === undefined ? `${name}:${tag}` : `${name}@${digest}`;
}

/** A glob with a tag or digest is for that one alone; others are for all of a name. */
function matches(glob: string, reference: Reference): boolean {
  if (glob === '*') return true;
  const [host = '', ...path] = glob.split('/');
  const text = /[:@]/.test(path.at(-1) ?? '') ? full(reference) : reference.name;
  const pattern = [globExpression(host, '[^/]*'), ...path.map((part) => globExpression(part))].join('/');
  return new RegExp(`^${pattern}$`).test(text);
}

/** Prefixes of images in full, and what takes their place. */
export type ImageRewrites = Readonly<Record<string, string>>;

/**
 * Where an image comes from: by the longest prefix that names a registry or folder above it, or the image itself. Tag and
 * digest stay. What is not the full name of an image stays as it is.
 */
export function rewrittenImage(image: string, rewrites: ImageRewrites): string {
  const reference = resolveImage(image);
  if (reference === undefined) return image;
  const { name, tag, digest } = reference;
  const [from, to] = Object.entries(rewrites)
    .map(([prefix, target]) => [trimmed(prefix), trimmed(target)] as const)
    .filter(([prefix]) => name === prefix || name.startsWith(`${prefix}/`))
    .sort(([a], [b]) => b.length - a.length)[0] ?? ['', undefined];
  if (to === undefined) return image;
  const end = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  return `${to}${name.slice(from.length)}${end}`;
}

const trimmed = (prefix: string): string => prefix.replace(/\/+$/, '');
