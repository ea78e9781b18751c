/** An operating system and architecture, of a node or of an image. */

/** Operating system and architecture, by the names of Go and OCI. */
export interface Platform {
  os: string;
  architecture: string;
  variant: string | null;
}

/** `os/architecture` or `os/architecture/variant`. */
export const showPlatform = (platform: Platform): string =>
  `${platform.os}/${platform.architecture}${platform.variant === null ? '' : `/${platform.variant}`}`;

/** Whether a node of this platform runs an image of that one: containerd's default matcher, with the older arm variants and 386 on amd64. */
export function runsOn(image: Platform, node: Platform): boolean {
  if (image.os !== node.os) return false;
  if (image.architecture === node.architecture) {
    if (node.architecture !== 'arm' || image.variant === null || node.variant === null) return true;
    return Number(image.variant.replace('v', '')) <= Number(node.variant.replace('v', ''));
  }
  return (node.architecture === 'amd64' && image.architecture === '386') || (node.architecture === 'arm64' && image.architecture === 'arm');
}
