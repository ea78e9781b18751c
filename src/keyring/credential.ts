/** A user name and password from one auths entry, and where they came from. The password cannot be printed or serialised. */
export class Credential {
  readonly #password: string;
  readonly secret: string;
  /** kubelet's normalised key (keyring.go: Add). */
  readonly key: string;
  /** The key as written in the secret. */
  readonly rawKey: string;
  readonly username: string;
  /** When the secret was made (RFC 3339), where known: tells a token that has outlived its validity. */
  readonly madeAt: string | null;
  /** Fields of the entry that kubelet drops, such as `identitytoken`. */
  readonly dropped: readonly string[];

  constructor(fields: {
    secret: string;
    key: string;
    rawKey: string;
    username: string;
    password: string;
    madeAt?: string | null;
    dropped?: readonly string[];
  }) {
    this.secret = fields.secret;
    this.key = fields.key;
    this.rawKey = fields.rawKey;
    this.username = fields.username;
    this.#password = fields.password;
    this.madeAt = fields.madeAt ?? null;
    this.dropped = fields.dropped ?? [];
  }

  /** The password itself: for the registry's request and for tests of its form, nowhere else. */
  reveal(): string {
    return this.#password;
  }

  /** A `{}` entry, or one whose only secret is a token that kubelet drops (`az acr login`): a runtime then asks as nobody. */
  get isEmpty(): boolean {
    return this.#password === '' && (this.username === '' || this.dropped.length > 0);
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
      madeAt: this.madeAt,
      username: change.username ?? this.username,
      password: change.password ?? this.#password,
    });
  }
}
