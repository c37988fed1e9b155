/** How a job pod has the runner's work folder, by ARC's names: `kubernetes` mounts it, `kubernetes-novolume` copies it. */
export type WorkMode = 'volume' | 'novolume';
