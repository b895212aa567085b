package catalogue

import "slices"

// LoadOKE is Load for nodes that are like those of OKE.
func LoadOKE(root string) (*Catalogue, error) {
	return load(root, true)
}

// ForNodes returns the catalogue for nodes that are like those of OKE, or for nodes
// of kind: without the images that these do not need, and without the programs that
// only those images have.
func (c *Catalogue) ForNodes(oke bool) *Catalogue {
	if oke {
		return c
	}
	var needed []Image
	left, reachable := map[string]bool{}, map[string]bool{}
	for _, image := range c.All() {
		for program := range image.Programs {
			if image.OKE {
				left[program] = true
			} else {
				reachable[program] = true
			}
		}
	}
	for _, image := range c.Images {
		if !image.OKE {
			needed = append(needed, image)
		}
	}
	chosen := *c
	chosen.Images = needed
	chosen.Compile = slices.DeleteFunc(slices.Clone(c.Compile), func(program string) bool { return left[program] && !reachable[program] })
	return &chosen
}
