/** Settings by their keys in the file, such as `inherit.serviceAccount`. */
export type FileValues = Readonly<Record<string, unknown>>;

/** What a settings file says, and what is wrong with it. */
export interface SettingsFile {
  readonly values: FileValues;
  readonly faults: readonly string[];
}
