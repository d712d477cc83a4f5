import { Command } from "cmdk";
import { useQuery } from "@tanstack/react-query";
import { Dialog as Radix } from "radix-ui";
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { KeysDialog } from "@/shell/keys";
import { PAGES } from "@/shell/pages";
import { useShortcut } from "@/shell/shortcuts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const GROUP =
  "[&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs";
const ITEM = "flex items-center gap-2 rounded-md px-2 py-2 data-[selected=true]:bg-accent-soft";

const Palette = createContext<{ open: () => void }>({ open: () => undefined });

export const usePalette = () => use(Palette);

/** Ctrl+K anywhere: go to a page, start a job, open a job by its id. And the other shortcuts. */
export function PaletteProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const value = useMemo(() => ({ open: () => setOpen(true) }), []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((shown) => !shown);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <Palette value={value}>
      {children}
      <GoKeys />
      <KeysDialog />
      <PaletteDialog open={open} onOpenChange={setOpen} />
    </Palette>
  );
}

function GoKeys() {
  const may = useMay();
  return PAGES.filter((page) => may(page.permission)).map(({ key, path }) => (
    <GoKey key={key} keys={`g ${key}`} path={path} />
  ));
}

function GoKey({ keys, path }: { keys: string; path: string }) {
  const navigate = useNavigate();
  useShortcut(keys, () => void navigate(path));
  return null;
}

interface PaletteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function PaletteDialog({ open, onOpenChange }: PaletteDialogProps) {
  const { t } = useTranslation();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          aria-describedby={undefined}
          className="bg-raised border-line fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 rounded-xl border shadow-2xl"
        >
          <Radix.Title className="sr-only">{t("shell.palette")}</Radix.Title>
          <Choices onDone={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Choices({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const types = useQuery(jobTypesQuery);
  const go = (path: string) => () => {
    onDone();
    void navigate(path);
  };
  const id = text.trim();
  return (
    <Command label={t("shell.palette")}>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder={t("shell.paletteHint")}
        className="border-line h-12 w-full border-b bg-transparent px-4 outline-none"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-2">
        <Command.Empty className="text-muted p-4 text-center">
          {t("shell.paletteEmpty")}
        </Command.Empty>
        {UUID.test(id) && (
          <Command.Item forceMount value={id} className={ITEM} onSelect={go(`/jobs/${id}`)}>
            {t("shell.openJob", { id })}
          </Command.Item>
        )}
        <Command.Group heading={t("shell.pages")} className={GROUP}>
          {PAGES.filter((page) => may(page.permission)).map(({ name, path, icon: Icon }) => (
            <Command.Item key={path} value={t(`nav.${name}`)} className={ITEM} onSelect={go(path)}>
              <Icon className="text-muted size-4" aria-hidden /> {t(`nav.${name}`)}
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading={t("shell.jobTypes")} className={GROUP}>
          {(types.data ?? [])
            .filter((type) => may(type.permission))
            .map((type) => (
              <Command.Item
                key={type.name}
                value={`${type.title} ${type.name}`}
                className={ITEM}
                onSelect={go(`/jobs/new/${type.name}`)}
              >
                <span className="truncate">{type.title}</span>
                <span className="text-muted ml-auto text-xs">{type.name}</span>
              </Command.Item>
            ))}
        </Command.Group>
      </Command.List>
    </Command>
  );
}
