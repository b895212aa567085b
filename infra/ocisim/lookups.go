package ocisim

import (
	"fmt"
	"net/http"
	"strings"
)

// oracleService is a label for address ranges of Oracle's own services.
type oracleService struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	CIDRBlock   string `json:"cidrBlock"`
}

// regionKeys are the short names that stand in service labels.
var regionKeys = map[string]string{"eu-frankfurt-1": "fra", "us-ashburn-1": "iad", "uk-london-1": "lhr"}

func (s *Server) oracleServices() []oracleService {
	key := regionKeys[s.opts.Region]
	if key == "" {
		key = strings.Split(s.opts.Region, "-")[1]
	}
	upper := strings.ToUpper(key)
	return []oracleService{
		{
			ID: "ocid1.service.oc1." + s.opts.Region + ".all", CIDRBlock: "all-" + key + "-services-in-oracle-services-network",
			Name: "All " + upper + " Services In Oracle Services Network", Description: "All " + upper + " Services In Oracle Services Network",
		},
		{
			ID: "ocid1.service.oc1." + s.opts.Region + ".objectstorage", CIDRBlock: "oci-" + key + "-objectstorage",
			Name: "OCI " + upper + " Object Storage", Description: "OCI " + upper + " Object Storage",
		},
	}
}

type availabilityDomain struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	CompartmentID string `json:"compartmentId"`
}

// availabilityDomains are three, as in the larger regions.
func (s *Server) availabilityDomains(compartment string) []availabilityDomain {
	domains := make([]availabilityDomain, 0, 3)
	for i := 1; i <= 3; i++ {
		name := fmt.Sprintf("aSim:%s-AD-%d", strings.ToUpper(s.opts.Region), i)
		domains = append(domains, availabilityDomain{ID: fmt.Sprintf("ocid1.availabilitydomain.oc1..sim%d", i), Name: name, CompartmentID: compartment})
	}
	return domains
}

// nodePoolOptions is what clusters and node pools may be made of.
type nodePoolOptions struct {
	Images             []string     `json:"images"`
	KubernetesVersions []string     `json:"kubernetesVersions"`
	Shapes             []string     `json:"shapes"`
	Sources            []nodeSource `json:"sources"`
}

type nodeSource struct {
	SourceType string `json:"sourceType"`
	SourceName string `json:"sourceName"`
	ImageID    string `json:"imageId"`
}

// kubernetesVersions are the releases that OKE offers in 2026.
var kubernetesVersions = []string{"v1.34.1", "v1.34.2", "v1.35.2", "v1.36.0"}

// nodeOptions lists, for each Kubernetes version, an older and a newer image for
// Arm and one each that a careless filter would pick: x86, GPU and no OKE at all.
func (s *Server) nodeOptions() nodePoolOptions {
	options := nodePoolOptions{
		KubernetesVersions: kubernetesVersions,
		Shapes:             []string{"VM.Standard.A1.Flex", "VM.Standard.A2.Flex", "VM.Standard.E4.Flex", "VM.GPU.A10.1"},
	}
	add := func(name string) {
		id := "ocid1.image.oc1." + s.opts.Region + "." + strings.ToLower(strings.NewReplacer(".", "", "-", "").Replace(name))
		options.Sources = append(options.Sources, nodeSource{SourceType: "IMAGE", SourceName: name, ImageID: id})
		options.Images = append(options.Images, name)
	}
	for i, version := range kubernetesVersions {
		release := strings.TrimPrefix(version, "v")
		add(fmt.Sprintf("Oracle-Linux-8.10-aarch64-2026.03.31-0-OKE-%s-%d", release, 1400+i))
		add(fmt.Sprintf("Oracle-Linux-8.10-aarch64-2026.01.20-1-OKE-%s-%d", release, 1300+i))
		add(fmt.Sprintf("Oracle-Linux-8.10-2026.04.30-0-OKE-%s-%d", release, 1500+i))
		add(fmt.Sprintf("Oracle-Linux-8.10-Gen2-GPU-2026.04.30-0-OKE-%s-%d", release, 1500+i))
	}
	add("Oracle-Linux-8.10-aarch64-2026.05.31-0")
	return options
}

func (s *Server) mountLookups(mux *http.ServeMux) {
	mux.HandleFunc("GET "+coreAPI+"/services", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.oracleServices())
	})
	domains := func(w http.ResponseWriter, r *http.Request) {
		compartment := r.URL.Query().Get("compartmentId")
		if compartment == "" {
			writeError(w, missing("compartmentId"))
			return
		}
		writeJSON(w, http.StatusOK, s.availabilityDomains(compartment))
	}
	// The identity service answers with and without a slash at the end.
	mux.HandleFunc("GET "+coreAPI+"/availabilityDomains", domains)
	mux.HandleFunc("GET "+coreAPI+"/availabilityDomains/{$}", domains)
	mux.HandleFunc("GET "+okeAPI+"/nodePoolOptions/{id}", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.nodeOptions())
	})
}
