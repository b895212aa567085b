package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
)

// clusterKind is how the inventory calls a Kubernetes cluster, by the UID of its
// namespace kube-system.
const clusterKind = "kubernetes/cluster"

// RecordCluster records which cluster the run made.
func (s *Stack) RecordCluster(ctx context.Context, uid string) error {
	return s.Record(ctx, inventory.Entry{Kind: clusterKind, ID: uid, Name: s.run.Name})
}

// RecordExternal records what the run's cluster made in the cloud outside of itself,
// as far as the run's compartment has it. A load balancer has to lie in the run's VCN,
// too: an address inside a network may be given twice. What does not fit is logged.
func (s *Stack) RecordExternal(ctx context.Context, found drain.External) (err error) {
	if len(found.Volumes)+len(found.Balancers) == 0 {
		return nil
	}
	log, err := s.inventory(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	volumes, err := s.volumes(ctx, found.Volumes)
	if err != nil {
		return err
	}
	balancers, err := s.balancers(ctx, log, found.Balancers)
	if err != nil {
		return err
	}
	for _, entry := range slices.Concat(volumes, balancers) {
		if err := log.Found(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) volumes(ctx context.Context, found []drain.Volume) ([]inventory.Entry, error) {
	if len(found) == 0 {
		return nil, nil
	}
	listed, err := s.config.API.List(ctx, ociapi.Volume, s.run.Compartment, nil)
	if err != nil {
		return nil, err
	}
	var entries []inventory.Entry
	for _, volume := range found {
		if !slices.ContainsFunc(listed, func(object ociapi.Object) bool { return object.ID() == volume.ID }) {
			s.logf("not recorded: the volume %s of claim %s is not in the run's compartment", volume.ID, volume.PVC)
			continue
		}
		entries = append(entries, inventory.Entry{Kind: inventory.Kind(ociapi.Volume), ID: volume.ID, Name: volume.PVC})
	}
	return entries, nil
}

func (s *Stack) balancers(ctx context.Context, log *inventory.Inventory, found []drain.Balancer) ([]inventory.Entry, error) {
	if len(found) == 0 {
		return nil, nil
	}
	listed, err := s.config.API.List(ctx, ociapi.LoadBalancer, s.run.Compartment, nil)
	if err != nil {
		return nil, err
	}
	subnets, err := s.subnets(ctx, log)
	if err != nil {
		return nil, err
	}
	var entries []inventory.Entry
	for _, balancer := range found {
		at := slices.IndexFunc(listed, func(object ociapi.Object) bool {
			return slices.ContainsFunc(object.Strings("subnetIds"), func(id string) bool { return slices.Contains(subnets, id) }) &&
				slices.ContainsFunc(object.Objects("ipAddresses"), func(address ociapi.Object) bool {
					return slices.Contains(balancer.Addresses, address.String("ipAddress"))
				})
		})
		if at < 0 {
			s.logf("not recorded: no load balancer in the run's VCN answers at %s for service %s",
				strings.Join(balancer.Addresses, ", "), balancer.Service)
			continue
		}
		entries = append(entries, inventory.Entry{
			Kind: inventory.Kind(ociapi.LoadBalancer), ID: listed[at].ID(), Name: balancer.Service,
			Attributes: map[string]string{"service-uid": balancer.UID},
		})
	}
	return entries, nil
}

// subnets are the OCIDs of the subnets in the VCNs that the run recorded.
func (s *Stack) subnets(ctx context.Context, log *inventory.Inventory) ([]string, error) {
	listed, err := s.config.API.List(ctx, ociapi.Subnet, s.run.Compartment, nil)
	if err != nil {
		return nil, err
	}
	var subnets []string
	for _, subnet := range listed {
		ours, err := log.Has(inventory.Kind(ociapi.VCN), subnet.String("vcnId"))
		if err != nil {
			return nil, fmt.Errorf("find the run's VCN: %w", err)
		}
		if ours {
			subnets = append(subnets, subnet.ID())
		}
	}
	return subnets, nil
}
