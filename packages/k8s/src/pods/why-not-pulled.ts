import { isNotFound } from '../cluster/failures.js';
import type { Pod, Secret } from '../model/kubernetes.js';
import { isForRegistry, registryOf } from '../pod/registry.js';
import { registriesIn } from '../pod/secrets.js';
import type { PodKind } from '../template/template-names.js';
import type { Context } from '../context.js';

/** What a pull secret has to offer for one registry. */
type Offer = 'missing' | 'unreadable' | 'nothing' | 'credentials';

const WORDS: Readonly<Record<Offer, string>> = {
  missing: 'does not exist',
  unreadable: 'may not be read by the runner',
  nothing: 'has no credentials for it',
  credentials: 'has credentials for it',
};

/** The account of a pod that names none: actions/runner-container-hooks runs jobs under it, and people attach pull secrets to it. */
const DEFAULT_ACCOUNT = 'default';

/** A registry's words for a user that it does not know, or that may not pull. */
const REFUSED =
  /401|403|unauthorized|authentication required|denied|forbidden|incorrect username or password/i;

/** A node's words for a registry that does not answer it. */
const UNREACHABLE = /dial tcp|no such host|connection (?:refused|reset)|i\/o timeout|TLS handshake timeout/i;

/**
 * What to do about an image that cannot be pulled: which pull secrets the pod has, and what is wrong with them. Only now,
 * as it costs a request for each secret, and a right that a runner may lack.
 */
export async function whyNotPulled(
  kind: PodKind,
  pod: Pod,
  image: string,
  message: string,
  { cluster, cancelled, out }: Context,
): Promise<string> {
  const registry = registryOf(image);
  const names = (pod.spec?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
  const offers = await Promise.all(
    names.map(async (name) => ({
      name,
      offer: await cluster.getSecret(name, cancelled).then(
        (secret) => offerOf(secret, registry),
        (error: unknown): Offer => (isNotFound(error) ? 'missing' : 'unreadable'),
      ),
    })),
  );
  for (const { name, offer } of offers)
    if (offer === 'missing')
      out.warning(
        `The pull secret ${name} of the ${kind} pod does not exist in namespace ${cluster.namespace}.`,
      );
  const tried = offers.map(({ name, offer }) => `${name} (${WORDS[offer]})`).join(', ');
  const wrong = offers.filter(({ offer }) => offer === 'credentials').map(({ name }) => name);
  const refused = REFUSED.test(message) && wrong.length > 0;
  const account = pod.spec?.serviceAccountName ?? DEFAULT_ACCOUNT;
  const otherAccount = REFUSED.test(message) && wrong.length === 0 && account !== DEFAULT_ACCOUNT;
  return [
    UNREACHABLE.test(message)
      ? `The node cannot reach ${registry}: check its DNS, firewall and proxy, and that the registry runs.`
      : refused
        ? `${registry} refused the credentials in ${wrong.join(', ')}: correct user and password, or the rights of the user.`
        : `Check that the image exists in ${registry}, and that the pod has credentials for it if it is private.`,
    `Pull secrets of the pod: ${tried || 'none'}.`,
    ...(otherAccount
      ? [
          `Pull secrets attached to the account ${DEFAULT_ACCOUNT} are not used, as the pod runs under the account ${account}: attach them to ${account}, or set ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT=false.`,
        ]
      : []),
  ].join(' ');
}

function offerOf(secret: Secret, registry: string): Offer {
  return registriesIn(secret).some((key) => isForRegistry(key, registry)) ? 'credentials' : 'nothing';
}
