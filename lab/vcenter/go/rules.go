package main

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

// addRules makes a cluster's scheduler rules, those with hosts by groups of their own.
func (v *vcenter) addRules(ctx context.Context, c *center, wanted Cluster) error {
	if len(wanted.Rules) == 0 {
		return nil
	}
	var spec types.ClusterConfigSpecEx
	add := types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationAdd}
	for _, rule := range wanted.Rules {
		var vms, hosts []types.ManagedObjectReference
		for _, name := range rule.VMs {
			vm, ok := v.vms[name]
			if !ok {
				return fmt.Errorf("%s: no VM %q", rule.Name, name)
			}
			vms = append(vms, vm.self)
		}
		for _, name := range rule.Hosts {
			at, ok := c.hosts[name]
			if !ok {
				return fmt.Errorf("%s: no host %q", rule.Name, name)
			}
			hosts = append(hosts, at.host.Reference())
		}
		info := types.ClusterRuleInfo{Name: rule.Name, Enabled: &rule.Enabled}
		var made types.BaseClusterRuleInfo
		switch rule.Kind {
		case "affinity":
			made = &types.ClusterAffinityRuleSpec{ClusterRuleInfo: info, Vm: vms}
		case "antiAffinity":
			made = &types.ClusterAntiAffinityRuleSpec{ClusterRuleInfo: info, Vm: vms}
		case "hostAffinity", "hostAntiAffinity":
			vmGroup, hostGroup := rule.Name+" VMs", rule.Name+" hosts"
			spec.GroupSpec = append(spec.GroupSpec,
				types.ClusterGroupSpec{ArrayUpdateSpec: add, Info: &types.ClusterVmGroup{ClusterGroupInfo: types.ClusterGroupInfo{Name: vmGroup}, Vm: vms}},
				types.ClusterGroupSpec{ArrayUpdateSpec: add, Info: &types.ClusterHostGroup{ClusterGroupInfo: types.ClusterGroupInfo{Name: hostGroup}, Host: hosts}})
			at := &types.ClusterVmHostRuleInfo{ClusterRuleInfo: info, VmGroupName: vmGroup}
			if rule.Kind == "hostAffinity" {
				at.AffineHostGroupName = hostGroup
			} else {
				at.AntiAffineHostGroupName = hostGroup
			}
			made = at
		default:
			return fmt.Errorf("%s: kind %q", rule.Name, rule.Kind)
		}
		spec.RulesSpec = append(spec.RulesSpec, types.ClusterRuleSpec{ArrayUpdateSpec: add, Info: made})
	}
	cluster, err := v.clusterNamed(c, wanted)
	if err != nil {
		return err
	}
	task, err := cluster.Reconfigure(ctx, &spec, true)
	if err != nil {
		return err
	}
	return task.Wait(ctx)
}

func (v *vcenter) clusterNamed(c *center, wanted Cluster) (*object.ClusterComputeResource, error) {
	for _, host := range wanted.Hosts {
		if at := c.hosts[host.Name]; at != nil && at.cluster != nil {
			return at.cluster, nil
		}
	}
	return nil, fmt.Errorf("cluster %s has no host", wanted.Name)
}
