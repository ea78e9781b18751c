/** What a reference leads to when it is no container image. Belongs here: the reasons, and each as a noun for the texts. */

type ContentReason =
  /** A web page. */
  | 'html'
  /** Text that is not JSON. */
  | 'notJson'
  /** JSON without the fields of a manifest. */
  | 'notManifest'
  /** A manifest that names a layer by something other than a digest. */
  | 'layerDigest'
  /** A manifest under a Content-Type that runtimes do not accept. */
  | 'contentType'
  /** A Helm chart, a signature, an SBOM or another OCI artifact. */
  | 'artifact'
  /** An image with encrypted layers (OCI image encryption). */
  | 'encrypted'
  /** An image with a layer of a media type that runtimes do not unpack. */
  | 'layerType'
  /** An index that an index names. */
  | 'nestedIndex';

/** What a reference leads to in place of an image. */
export interface ForeignContent {
  reason: ContentReason;
  /** The media type that shows it, null where none was given. */
  mediaType: string | null;
}

/** The content as a noun with its article, to be put into a sentence. */
export function describeContent({ reason, mediaType }: ForeignContent): string {
  switch (reason) {
    case 'html':
      return 'an HTML page';
    case 'notJson':
      return `a text that is not JSON (${mediaType === null ? 'no Content-Type' : `Content-Type "${mediaType}"`})`;
    case 'notManifest':
      return mediaType === null ? 'JSON that is not a manifest' : `a document of type "${mediaType}" without config and layers`;
    case 'layerDigest':
      return 'a manifest with a layer that has no valid digest';
    case 'contentType':
      return `a manifest with the Content-Type "${mediaType}", which container runtimes do not accept`;
    case 'artifact':
      return `an OCI artifact of type "${mediaType}", not a container image`;
    case 'encrypted':
      return 'an encrypted image, for which the node needs a decryption key';
    case 'layerType':
      return `an image with a layer of type "${mediaType}", which container runtimes cannot unpack`;
    case 'nestedIndex':
      return 'an image index that is nested in another index';
  }
}
