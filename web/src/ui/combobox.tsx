import { ChevronsUpDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Choice, narrowed, stepped } from "@/ui/choices";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";

interface ComboboxProps {
  id: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  required?: boolean;
  /** Names it where no label does. */
  label?: string;
  placeholder?: string | undefined;
  value: string;
  onValue: (text: string) => void;
  /** One was picked from the list; without it picking is typing. */
  onPick?: (value: string) => void;
  onBlur?: () => void;
  onPaste?: (event: React.ClipboardEvent) => void;
  /** Enter while nothing in the list is marked. */
  onEnter?: (event: KeyboardEvent) => void;
  choices: readonly Choice[];
  pending?: boolean;
}

/** Text that may be picked from a list; what is not in the list may be typed as well. */
export function Combobox(props: ComboboxProps) {
  const { id, value, onValue, onPick = onValue, choices } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const anchor = useRef<HTMLDivElement>(null);
  const listId = `${useId()}list`;
  const { shown, more } = narrowed(choices, value);
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const pick = (choice: Choice) => {
    onPick(choice.value);
    close();
  };
  const keys: Partial<Record<string, (event: KeyboardEvent) => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: (event) => {
      const marked = open ? shown[active] : undefined;
      if (marked === undefined) return props.onEnter?.(event);
      event.preventDefault();
      pick(marked);
    },
    Escape: (event) => {
      if (!open) return;
      event.stopPropagation();
      close();
    },
    Tab: close,
  };
  const move = (by: 1 | -1) => {
    setActive(open ? stepped(active, by, shown.length) : active);
    setOpen(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.startsWith("Arrow") && keys[event.key]) event.preventDefault();
    keys[event.key]?.(event);
  };
  return (
    <Popover.Root open={open} onOpenChange={(next) => (next ? setOpen(true) : close())}>
      <Popover.Anchor asChild>
        <div ref={anchor} className="relative">
          <Input
            id={id}
            role="combobox"
            aria-label={props.label}
            aria-required={props.required}
            aria-autocomplete="list"
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            aria-activedescendant={open && active >= 0 ? `${listId}-${active}` : undefined}
            describedBy={props.describedBy}
            invalid={props.invalid ?? false}
            autoComplete="off"
            spellCheck={false}
            className="pr-9"
            placeholder={props.placeholder}
            value={value}
            onChange={(event) => {
              onValue(event.target.value);
              setActive(-1);
              setOpen(true);
            }}
            onPaste={props.onPaste}
            onBlur={() => {
              close();
              props.onBlur?.();
            }}
            onKeyDown={onKeyDown}
            onClick={() => setOpen(true)}
          />
          <button
            type="button"
            tabIndex={-1}
            aria-label={t("submit.pick.open")}
            className="text-muted absolute inset-y-0 right-0 flex w-9 items-center justify-center"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              document.getElementById(id)?.focus();
              setOpen(!open);
            }}
          >
            <ChevronsUpDown className="size-4" aria-hidden />
          </button>
        </div>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          id={listId}
          role="listbox"
          aria-label={t("submit.pick.open")}
          align="start"
          sideOffset={4}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (anchor.current?.contains(event.target as Node)) event.preventDefault();
          }}
          onMouseDown={(event) => event.preventDefault()}
          className="bg-raised border-line z-50 max-h-[min(20rem,var(--radix-popover-content-available-height))] w-(--radix-popover-trigger-width) overflow-y-auto rounded-lg border p-1 shadow-lg"
        >
          {shown.map((choice, nth) => (
            <Option
              key={choice.value}
              id={`${listId}-${nth}`}
              choice={choice}
              isActive={nth === active}
              isPicked={choice.value === value}
              onPick={() => pick(choice)}
            />
          ))}
          {shown.length === 0 && (
            <Note>{t(props.pending ? "submit.pick.loading" : "submit.pick.empty")}</Note>
          )}
          {more > 0 && <Note>{t("submit.pick.more", { count: more })}</Note>}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface OptionProps {
  id: string;
  choice: Choice;
  isActive: boolean;
  isPicked: boolean;
  onPick: () => void;
}

/** The focus stays in the text; arrow keys mark an option, so that it needs no key of its own. */
function Option({ id, choice, isActive, isPicked, onPick }: OptionProps) {
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- keys are the input's
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isPicked}
      ref={(element) => {
        if (isActive) element?.scrollIntoView({ block: "nearest" });
      }}
      className={cx(
        "hover:bg-accent-soft cursor-pointer rounded-md px-2 py-1.5",
        isActive && "bg-accent-soft",
        isPicked && "font-semibold",
      )}
      onClick={onPick}
    >
      <span className="block break-all">{choice.value}</span>
      {choice.detail && (
        <span className="text-muted block text-xs font-normal">{choice.detail}</span>
      )}
    </div>
  );
}

function Note({ children }: { children: string }) {
  return (
    <div
      role="option"
      tabIndex={-1}
      aria-disabled
      aria-selected={false}
      className="text-muted px-2 py-1.5"
    >
      {children}
    </div>
  );
}
