/** Who refuses an object that RBAC allows, by what admission plugins say, and what to do. The first that matches counts. */
const PLUGINS: readonly { readonly says: RegExp; readonly hint: (found: readonly string[]) => string }[] = [
  { says: /exceeded quota/, hint: () => 'Free or raise the ResourceQuota of the namespace.' },
  {
    says: /failed quota: (\S+): must specify (\S+)/,
    hint: ([, quota = '', fields = '']) =>
      `The ResourceQuota ${quota} takes no container without ${fields.replace(/,/g, ', ')}: give it to each container in the pod template, or add a LimitRange with defaults.`,
  },
  {
    says: /(?:maximum|minimum) \S+ usage per|max limit to request ratio|limit to request ratio/,
    hint: () =>
      'A LimitRange of the namespace refuses the resources of the pod: set requests and limits of the container in the pod template within its bounds, which kubectl get limitrange -o yaml shows.',
  },
  {
    says: /violates PodSecurity "([^"]+)"/,
    hint: ([, level = '']) =>
      `The namespace enforces the Pod Security level ${level}: ${level.startsWith('restricted') ? 'set ACTIONS_RUNNER_HOOK_POD_SECURITY to restricted, and ' : ''}set what else the message names in the pod template, or lower the label pod-security.kubernetes.io/enforce of the namespace.`,
  },
  {
    says: /unable to validate against any security context constraint/,
    hint: () =>
      "Let the pod's service account use a SecurityContextConstraint that allows what the message names.",
  },
  {
    says: /admission webhook "([^"]+)" denied the request/,
    hint: ([, webhook = '']) =>
      `The admission webhook ${webhook} refuses the object, in its own words above: change the pod template to what it asks for, or exempt the namespace from its policy.`,
  },
  {
    says: /ValidatingAdmissionPolicy '([^']+)'/,
    hint: ([, policy = '']) =>
      `The ValidatingAdmissionPolicy ${policy} refuses the object, in its own words above: change the pod template to what it asks for.`,
  },
  {
    says: /no PriorityClass with name (\S+) was found/,
    hint: ([, name = '']) =>
      `Create the PriorityClass ${name}, or correct priorityClassName in the pod template.`,
  },
  {
    says: /namespace (\S+) because it is being terminated/,
    hint: ([, name = '']) => `Somebody is deleting the namespace ${name}: run jobs in another one.`,
  },
];

/** What to do about an object that admission refuses. */
export function admissionHint(message: string): string {
  for (const { says, hint } of PLUGINS) {
    const found = says.exec(message);
    if (found !== null) return hint(found);
  }
  return 'An admission policy of the cluster refuses the object: the message above is its own.';
}
