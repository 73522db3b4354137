import type { FactRule } from "./fact-rule.ts";
import { windowsRelease } from "../windows-release.ts";

export const windowsFastStartup: FactRule = {
  id: "windows.fast-startup",
  category: "Information",
  label: "Windows may hibernate instead of shutting down",
  why: "Windows for desktops hibernates its kernel at shutdown (fast startup); NTFS is then locked against conversion.",
  checkFacts: ({ vms }) =>
    vms.flatMap((vm) => {
      const release = windowsRelease(vm);
      if (release?.fastStartup !== true) return [];
      const isOff = vm.powerState === "poweredOff";
      return [
        {
          vm: vm.key,
          category: isOff ? ("Warning" as const) : ("Information" as const),
          assessment:
            `${release.name}${isOff ? " is switched off and may be hibernated: start it and" : ":"} ` +
            "shut it down with `shutdown /s /t 0`, after `powercfg /h off`",
        },
      ];
    }),
};
