/** Credentials of pull secrets, and what is wrong with them. Belongs here: the types, and who is told the password: registries, and the secrets of the run. */
import { looksLikeToken } from '../util/redact.ts';
import { isReplaced, SECRETS } from '../util/secrets.ts';

/** A user name and password from one auths entry, and where they came from. The password cannot be printed or serialized. */
export class Credential {
  readonly #password: string;
  readonly secret: string;
  /** kubelet's normalized key (keyring.go: Add). */
  readonly key: string;
  /** The key as written in the secret. */
  readonly rawKey: string;
  readonly username: string;
  /** When the secret was made (RFC 3339), where known: tells a token that has outlived its validity. */
  readonly lastWrittenAt: string | null;
  /** Fields of the entry that kubelet drops, such as `identitytoken`. */
  readonly dropped: readonly string[];

  constructor(fields: {
    secret: string;
    key: string;
    rawKey: string;
    username: string;
    password: string;
    lastWrittenAt?: string | null;
    dropped?: readonly string[];
  }) {
    this.secret = fields.secret;
    this.key = fields.key;
    this.rawKey = fields.rawKey;
    this.username = fields.username;
    this.#password = fields.password;
    SECRETS.add(fields.password, fields.username);
    if (looksLikeToken(fields.username)) SECRETS.add(fields.username);
    this.lastWrittenAt = fields.lastWrittenAt ?? null;
    this.dropped = fields.dropped ?? [];
  }

  /** The password itself: for the registry's request and for tests of its form, nowhere else. */
  reveal(): string {
    return this.#password;
  }

  /** A `{}` entry, or one whose only secret is a token that kubelet drops (`az acr login`): a runtime then asks anonymously. */
  get isEmpty(): boolean {
    return this.#password === '' && (this.username === '' || this.dropped.length > 0);
  }

  /** Its password is not the one of the cluster: `collect` put another text in its place. */
  get isReplaced(): boolean {
    return isReplaced(this.#password);
  }

  /** The same credential whichever secret or key it stands under. */
  sameAs(other: Credential): boolean {
    return this.username === other.username && this.#password === other.#password;
  }

  /** A copy with another user name or password: the visibly repaired form. */
  repaired(change: { username?: string; password?: string }): Credential {
    return new Credential({
      secret: this.secret,
      key: this.key,
      rawKey: this.rawKey,
      lastWrittenAt: this.lastWrittenAt,
      username: change.username ?? this.username,
      password: change.password ?? this.#password,
    });
  }
}

/** Blanks or line ends around user name or password, quotes around them, a robot's project that a shell ate. */
export type TypoKind = 'blanks' | 'quotes' | 'robot';

/** Secret type → the key that kubelet reads. Source: pkg/credentialprovider/secrets/secrets.go. */
export const KEY_OF_TYPE: ReadonlyMap<string, '.dockerconfigjson' | '.dockercfg'> = new Map([
  ['kubernetes.io/dockerconfigjson', '.dockerconfigjson'],
  ['kubernetes.io/dockercfg', '.dockercfg'],
]);

/** Types of secrets that may be intended for pulls. Another type has another purpose, and a repair must not change such a secret. */
export const isForPulls = (type: string | null): boolean => type === null || type === 'Opaque' || KEY_OF_TYPE.has(type);

/** The causes that a secret alone can show. */
export type SecretProblemCode = 'SecretMalformed' | 'SecretHasNoCredentials';

/** Something wrong with a whole secret or one of its entries, in a text that holds no value. */
export interface SecretProblem {
  code: SecretProblemCode;
  /** Whether kubelet then fails every pull of every pod that names this secret (MakeDockerKeyring returns an error). */
  breaksKeyring: boolean;
  detail: string;
  /** The defect in plain words, as a clause without values; absent where nothing but the words of the parser tells it. */
  plain?: string;
}

/** How a secret has to be made for kubelet to read it: its type, where the content stands now, and the key under which it has to stand. */
export interface SecretFormat {
  type: string;
  from: string;
  to: string;
}

/** How a secret that kubelet cannot use is repaired from what it holds. */
export interface SecretRepair {
  /** Its type cannot be changed, or nothing of it: it has to be deleted and made anew. */
  recreate: boolean;
}

/** An auths entry that does not match the image, and why. */
export interface NearMiss {
  secret: string;
  /** As written in the secret. */
  key: string;
  why: string;
  /** How near: entries for the same registry come first. */
  near: boolean;
}
