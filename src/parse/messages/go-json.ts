/** What Go's encoding packages say of a document that does not parse (JSON, base64). Whose document it is tells the layer around. Belongs here: rows of their texts. */
import type { ErrorRow } from './row.ts';

export const ERRORS: ErrorRow[] = [
  // kubelet reads pull secrets with the same packages: what stands in no runtime's layer is its own
  {
    id: 'kubelet.secret-base64',
    match: /illegal base64 data at input byte \d+/,
    at: { fromKubelet: true },
    kind: 'secretParse',
    step: 'secret',
    details: { document: 'base64' },
    example: 'Back-off pulling image "registry.example.com/team/api:1.4.2": ErrImagePull: illegal base64 data at input byte 4',
    source: 'kubernetes pkg/credentialprovider/config.go, decodeDockerConfigFieldAuth',
  },
  {
    id: 'kubelet.secret-json-field',
    match:
      /json: cannot unmarshal \w+ into Go (?:struct field|value of type) \S*(?:[dD]ockerConfig|credentialprovider)\S*(?: of type \S+)?/,
    at: { fromKubelet: true },
    kind: 'secretParse',
    step: 'secret',
    details: { document: 'json' },
    example: 'json: cannot unmarshal number into Go struct field dockerConfigEntryWithAuth.auth of type string',
    source: 'encoding/json decode.go, UnmarshalTypeError.Error',
  },
  {
    id: 'go-json.syntax',
    match: /invalid character '(?:.|\\.+)' (?:looking for beginning of|after|in literal|in string|in numeric literal|in \\u) ?.*/,
    isDocument: true,
    kind: 'badManifest',
    step: 'manifest',
    details: { document: 'json' },
    example: "unmarshal image config: invalid character 'o' in literal null (expecting 'u')",
    source: 'encoding/json scanner.go, SyntaxError.Error',
  },
  {
    id: 'go-json.end',
    match: /unexpected end of JSON input/,
    isDocument: true,
    kind: 'badManifest',
    step: 'manifest',
    details: { document: 'json' },
    example: 'failed to pull and unpack image "registry.example.com/team/api:1.4.2": unexpected end of JSON input',
    source: 'encoding/json scanner.go, checkValid',
  },
  {
    id: 'go-json.type',
    match: /json: cannot unmarshal \w+ into Go (?:struct field|value of type) \S+(?: of type \S+)?/,
    isDocument: true,
    kind: 'badManifest',
    step: 'manifest',
    details: { document: 'json' },
    example: 'parse manifest from blob: json: cannot unmarshal array into Go value of type manifest.OCI1',
    source: 'encoding/json decode.go, UnmarshalTypeError.Error',
  },
  {
    id: 'go-json.base64',
    match: /illegal base64 data at input byte \d+/,
    isDocument: true,
    kind: 'badManifest',
    step: 'manifest',
    details: { document: 'base64' },
    example: 'unmarshal image config: illegal base64 data at input byte 4',
    source: 'encoding/base64 base64.go, CorruptInputError.Error',
  },
];
