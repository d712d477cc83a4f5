import { describe, expect, it } from "vitest";

import { bodyOf, draftOf } from "@/alerts/channel-draft";
import type { Channel } from "@/api/types";

const MAIL = {
  id: "1",
  name: "Night watch",
  kind: "email",
  min_level: "error",
  enabled: false,
  email: {
    host: "mail.example.org",
    port: 465,
    security: "tls",
    user: "calypso",
    password: { secret: "mail" },
    from: "calypso@example.org",
    to: ["a@example.org", "b@example.org"],
  },
  webhook: null,
} as unknown as Channel;

describe("a channel", () => {
  it("that is edited and left alone is sent back as it was", () => {
    const { id: _id, webhook: _webhook, ...settings } = MAIL;
    expect(bodyOf(draftOf(MAIL))).toEqual(settings);
  });

  it("has only the part of its kind", () => {
    const draft = { ...draftOf(MAIL), kind: "webhook", url: "https://a.example", secret: "hook" };
    const body = bodyOf(draft as never);
    expect(body.webhook).toEqual({ url: "https://a.example", secret: { secret: "hook" } });
    expect(body).not.toHaveProperty("email");
  });

  it("without a user and a password says neither", () => {
    const { email } = bodyOf({ ...draftOf(MAIL), user: "", password: "" });
    expect(email).toMatchObject({ user: null, password: null });
  });

  it("takes addresses a line each, or as they are pasted from a mail", () => {
    const to = " a@example.org,\n\nb@example.org; c@example.org ";
    const { email } = bodyOf({ ...draftOf(), to });
    expect(email?.to).toEqual(["a@example.org", "b@example.org", "c@example.org"]);
  });
});
