import { Bell, CircleUser, Menu as MenuIcon, Play, Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useActiveAlerts } from "@/alerts/queries";
import type { Me } from "@/api/types";
import { useMay, useSignOut } from "@/session/session";
import { usePalette } from "@/shell/palette";
import { Sidebar } from "@/shell/sidebar";
import { THEMES, useTheme } from "@/shell/theme";
import { Button, buttonLook } from "@/ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";

export function SkipLink() {
  const { t } = useTranslation();
  return (
    <a
      href="#content"
      className="bg-accent text-accent-ink sr-only z-50 rounded-md p-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
    >
      {t("shell.skip")}
    </a>
  );
}

export function TopBar({ me }: { me: Me }) {
  const { t } = useTranslation();
  const may = useMay();
  const palette = usePalette();
  return (
    <header className="border-line bg-surface flex h-13 shrink-0 items-center gap-2 border-b px-3">
      <NarrowMenu />
      <button
        type="button"
        onClick={palette.open}
        className="border-strong/70 text-muted hover:border-strong flex h-9 w-full max-w-md items-center gap-2 rounded-md border px-3 text-left"
      >
        <Search className="size-4" aria-hidden />
        <span className="truncate">{t("shell.palette")}</span>
        <kbd className="border-line ml-auto hidden rounded border px-1.5 text-xs md:inline">
          Ctrl K
        </kbd>
      </button>
      <div className="ml-auto flex items-center gap-1">
        {may("jobs:submit") && (
          <Link to="/jobs/new" className={buttonLook({ look: "primary" })}>
            <Play aria-hidden />
            <span className="sr-only sm:not-sr-only">{t("jobs.start")}</span>
          </Link>
        )}
        {may("alerts:read") && <AlertsLink />}
        <AccountMenu me={me} />
      </div>
    </header>
  );
}

function NarrowMenu() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <Button look="quiet" size="icon" className="lg:hidden" aria-label={t("shell.openMenu")}>
          <MenuIcon />
        </Button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content aria-describedby={undefined} className="fixed inset-y-0 left-0 z-50 flex">
          <Radix.Title className="sr-only">{t("shell.main")}</Radix.Title>
          <Sidebar className="flex" onGo={() => setOpen(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function AlertsLink() {
  const { t } = useTranslation();
  const { data } = useActiveAlerts();
  const count = data?.items.length ?? 0;
  return (
    <Link
      to="/alerts"
      aria-label={t("shell.alerts", { count })}
      className={buttonLook({ look: "quiet", size: "icon", className: "relative" })}
    >
      <Bell aria-hidden />
      {count > 0 && (
        <span className="bg-bad text-bad-ink absolute top-0.5 right-0.5 min-w-4 rounded-full px-1 text-center text-[0.65rem] font-bold">
          {count > 99 ? "99+" : count}
        </span>
      )}
    </Link>
  );
}

function AccountMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [theme, choose] = useTheme();
  const signOut = useSignOut();
  const trigger = (
    <Button look="quiet" size="icon" aria-label={t("shell.account")}>
      <CircleUser />
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuLabel>{t("session.signedInAs", { name: me.user.name })}</MenuLabel>
      <MenuSeparator />
      <MenuLabel>{t("shell.theme")}</MenuLabel>
      {THEMES.map((one) => (
        <MenuItem
          key={one}
          onSelect={() => choose(one)}
          className={theme === one ? "text-accent" : ""}
        >
          {t(`shell.themes.${one}`)}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => signOut.mutate()}>{t("session.signOut")}</MenuItem>
    </Menu>
  );
}
