/**
 * What a runner pod without the marks of a Kubernetes mode is told. A chart that does not know a mode renders the pod of no mode,
 * silently: no ACTIONS_RUNNER_POD_NAME, and an account without rights.
 */
export const CHART_MODE_HINT =
  'set containerMode.type to kubernetes or kubernetes-novolume in the values of the chart. kubernetes-novolume needs chart version 0.13.0 or newer; older ones ignore it.';

/** Name of the account that the chart gives to runners without a Kubernetes mode; 0.4.0 has a longer one. */
export const NO_PERMISSION = /-no-permission(-service-account)?$/;
