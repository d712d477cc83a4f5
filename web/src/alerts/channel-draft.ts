/** What the form of a channel holds, and what the API takes. Pure. */
import type { Channel, ChannelKind, EmailSettings, Level, NewChannel } from "@/api/types";

export const KINDS: readonly ChannelKind[] = ["email", "webhook"];
export const LEVELS: readonly Level[] = ["info", "warning", "error", "critical"];
export const SECURITIES = ["starttls", "tls", "none"] as const;

/** Both kinds side by side: who changes the kind and back loses nothing. */
export interface Draft {
  name: string;
  kind: ChannelKind;
  min_level: Level;
  enabled: boolean;
  host: string;
  port: string;
  security: EmailSettings["security"];
  user: string;
  password: string;
  from: string;
  /** One address a line. */
  to: string;
  url: string;
  secret: string;
}

const NEW: Draft = {
  name: "",
  kind: "email",
  min_level: "warning",
  enabled: true,
  host: "",
  port: "587",
  security: "starttls",
  user: "",
  password: "",
  from: "",
  to: "",
  url: "",
  secret: "",
};

/** What the form begins with: a new channel, or one as it is. */
export function draftOf(channel?: Channel): Draft {
  if (channel === undefined) return NEW;
  const { name, kind, min_level, enabled, email, webhook } = channel;
  return {
    ...NEW,
    ...{ name, kind, min_level, enabled },
    ...(email && {
      host: email.host,
      port: String(email.port),
      security: email.security,
      user: email.user ?? "",
      password: email.password?.secret ?? "",
      from: email.from,
      to: email.to.join("\n"),
    }),
    ...(webhook && { url: webhook.url, secret: webhook.secret.secret }),
  };
}

/** The body for the API: only the part of its kind. */
export function bodyOf(draft: Draft): NewChannel {
  const { name, kind, min_level, enabled } = draft;
  const part = kind === "email" ? { email: emailOf(draft) } : { webhook: webhookOf(draft) };
  return { name, kind, min_level, enabled, ...part };
}

function emailOf({ host, port, security, user, password, from, to }: Draft): EmailSettings {
  return {
    ...{ host, security, from },
    port: Number(port),
    user: user || null,
    password: password ? { secret: password } : null,
    to: to.split(/[\s,;]+/).filter(Boolean),
  };
}

function webhookOf({ url, secret }: Draft) {
  return { url, secret: { secret } };
}
