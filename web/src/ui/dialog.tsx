import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** Buttons, the one that goes on last. */
  actions?: ReactNode;
  wide?: boolean;
  /** It stays until it is answered: a click beside it does nothing. */
  firm?: boolean;
}

/** A dialog over the page; the focus stays in it and returns to where it was. */
export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, children, actions, wide, firm } = props;
  const keep = (event: Event) => {
    if (firm) event.preventDefault();
  };
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          onInteractOutside={keep}
          onEscapeKeyDown={keep}
          {...(description === undefined && { "aria-describedby": undefined })}
          className={cx(
            "bg-surface border-line fixed top-1/2 left-1/2 z-50 flex max-h-[92dvh] w-[calc(100vw-1.5rem)]",
            "-translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border shadow-xl",
            wide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <header className="border-line flex items-start gap-3 border-b px-5 py-4">
            <div className="min-w-0 grow">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="text-muted mt-0.5">{description}</Radix.Description>
              )}
            </div>
            {!firm && <CloseButton />}
          </header>
          <div className="min-h-0 grow overflow-y-auto px-5 py-4">{children}</div>
          {actions !== undefined && (
            <footer className="border-line flex flex-wrap justify-end gap-2 border-t px-5 py-3">
              {actions}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function CloseButton() {
  const { t } = useTranslation();
  return (
    <Radix.Close asChild>
      <Button look="quiet" size="tiny" aria-label={t("ui.close")}>
        <X />
      </Button>
    </Radix.Close>
  );
}
