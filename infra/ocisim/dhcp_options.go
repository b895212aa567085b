package ocisim

// DHCPOptions are a VCN's resolver settings; the emulator knows the default ones only.
type DHCPOptions struct {
	Meta
	DisplayName string `json:"displayName"`
	VCNID       string `json:"vcnId"`
}

func (d *DHCPOptions) name() string { return d.DisplayName }

func (s *Server) dhcpOptionsKind() *kind[DHCPOptions, *DHCPOptions] {
	return &kind[DHCPOptions, *DHCPOptions]{
		server: s, singular: "dhcpoptions", path: coreAPI + "/dhcps",
		hidden: func(d *DHCPOptions) bool { return s.isDefault(d.ID) },
		users:  func(*DHCPOptions) []string { return []string{"its vcn, as default"} },
	}
}
