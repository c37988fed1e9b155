import { withHelperLimits } from '../pod/helper.js';
import type { PlaceholderValues } from '../template/placeholders.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { templateFirst } from '../options/template-first.js';
import { type HookPod, withLogInStatus } from '../pod/hook-pod.js';
import { OWN_VOLUMES } from '../pod/volumes.js';
import type { Context } from '../context.js';

/**
 * A pod of ours with the administrator's template merged into it. Everything about templates is loaded only where there
 * is one. @throws HookError TEMPLATE_INVALID, before any object is made.
 */
export async function withTemplate<P extends HookPod>(
  own: P,
  services: readonly string[],
  { settings, out }: Pick<Context, 'settings' | 'out'>,
): Promise<P> {
  for (const { field, value, from } of own.decisions) out.debug(`${field}: ${value} (${from})`);
  if (settings.template === undefined) return own;
  const [{ readTemplateFiles }, { loadTemplate }, { applyTemplate }] = await Promise.all([
    import('./template-files.js'),
    import('../template/template.js'),
    import('../template/template-apply.js'),
  ]);
  const template = loadTemplate(await readTemplateFiles(settings.template));
  const images = new Map(own.pod.spec?.containers.map(({ name, image }) => [name, image ?? '']));
  const roles = {
    jobContainer: JOB_CONTAINER,
    ...(images.has(HELPER_CONTAINER) && { helper: HELPER_CONTAINER }),
    services: services.map((name) => ({ name, image: images.get(name) ?? '' })),
    volumes: OWN_VOLUMES,
  };
  const values: PlaceholderValues = settings.placeholders;
  const { pod: merged, warnings } = applyTemplate(own.pod, template, own.kind, roles, values);
  const settled = templateFirst(own.pod, merged);
  for (const warning of [...warnings, ...settled.warnings]) out.warning(warning);
  const pod = withLogInStatus(settled.pod);
  return { ...own, pod: roles.helper === undefined ? pod : withHelperLimits(pod) };
}
