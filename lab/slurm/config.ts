/** What a Slurm pool on this machine is made of. */
export interface PoolLayout {
  /** Folder of the cluster: configuration, states, sockets, logs. */
  readonly folder: string;
  /** First three numbers of its addresses: the controller has .1, the nodes .11, .12, ... */
  readonly net: string;
  /** Port of the controller on that address. */
  readonly port: number;
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  /** Licences, as slurm.conf has them: `esxi-esx01:2`. */
  readonly licenses: readonly string[];
}

/** CPUs that a node has for Slurm, whatever the machine has; copies may take all but the last two. */
const NODE_CPUS = 12;
const COPY_CPUS = 10;
const NODE_MIB = 16_384;

export const controllerAddress = ({ net }: PoolLayout): string => `${net}.1`;
export const nodeAddress = ({ net }: PoolLayout, index: number): string => `${net}.${11 + index}`;

/**
 * slurm.conf. The times are short, so that tests see a node fail; what else docs/slurm.md asks of a pool stands here as it
 * stands there.
 */
export function slurmConf(layout: PoolLayout): string {
  const { folder, port, nodes, licenses } = layout;
  const addresses = nodes.map(
    (name, index) =>
      `NodeName=${name} NodeAddr=${nodeAddress(layout, index)} CPUs=${NODE_CPUS} RealMemory=${NODE_MIB} State=UNKNOWN`,
  );
  return `ClusterName=wavelift
SlurmctldHost=controller(${controllerAddress(layout)})
SlurmctldPort=${port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
# the controller listens on its address in the cluster only
CommunicationParameters=NoCtldInAddrAny
StateSaveLocation=${folder}/controller
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdSpoolDir=${folder}/spool/%n
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmdLogFile=${folder}/slurmd-%n.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
# more CPUs than the machine has
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,batch_sched_delay=1,sched_min_interval=200000
# a short disk gives way by a nice value: see docs/slurm.md
PriorityType=priority/basic
# a node that is silent is down; one that comes back is taken again
SlurmdTimeout=15
ReturnToService=2
# a job whose srun is gone does not keep its node
InactiveLimit=30
KillWait=5
JobCompType=jobcomp/filetxt
JobCompLoc=${folder}/jobs.txt
Licenses=${licenses.join(",")}
${addresses.join("\n")}
PartitionName=copy Nodes=ALL Default=YES MaxTime=INFINITE State=UP MaxCPUsPerNode=${COPY_CPUS} LLN=YES
PartitionName=short Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2 LLN=YES
`;
}

/** /etc/hosts of the controller, which looks its own name up. */
export const controllerHosts = (layout: PoolLayout): string =>
  `127.0.0.1 localhost\n${controllerAddress(layout)} controller\n`;

/** cgroup.conf: slurmd wants a hierarchy, which node.sh mounts for it; it limits nothing. */
export const CGROUP_CONF = `CgroupPlugin=cgroup/v1
CgroupAutomount=no
ConstrainCores=no
ConstrainDevices=no
ConstrainRAMSpace=no
ConstrainSwapSpace=no
`;
