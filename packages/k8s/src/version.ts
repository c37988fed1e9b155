/** The version of the package: its test compares them. A constant, as the bundle has no package.json beside it. */
export const VERSION = '0.1.0';
