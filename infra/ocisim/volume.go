package ocisim

// Volume is a block volume that the cluster's storage driver made for a claim.
type Volume struct {
	Meta
	DisplayName string `json:"displayName"`
	SizeInGBs   int    `json:"sizeInGBs"`
}

func (v *Volume) name() string { return v.DisplayName }

func (s *Server) volumeKind() *kind[Volume, *Volume] {
	return &kind[Volume, *Volume]{server: s, singular: "volume", path: coreAPI + "/volumes"}
}

// AddVolume makes the block volume that a claim in a cluster of the compartment
// would have made, and returns its OCID.
func (s *Server) AddVolume(compartment, name string, sizeGB int) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = s.newID("volume")
	s.volumes.items = append(s.volumes.items, &Volume{
		Meta: Meta{
			ID: id, CompartmentID: compartment, LifecycleState: stateAvailable,
			TimeCreated: s.opts.Now().UTC(), FreeformTags: map[string]string{},
		},
		DisplayName: name, SizeInGBs: sizeGB,
	})
	return id
}
