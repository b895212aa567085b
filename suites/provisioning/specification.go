package provisioning

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/document"
)

var _ = p.Checks(func() {
	Describe("The specification", func() {
		p.It("spec.revision", func() {
			stated := map[string]string{}
			for _, cell := range parsed().Cells {
				if cell.Kind == document.Field {
					stated[cell.Key] = cell.Text
				}
			}
			revision := p.Spec.Specification
			expect.Subject{What: "revision that the values are of", From: "spec/platform.yaml"}.Is(revision.Feature, stated["Feature"])
			expect.Subject{What: "date that the values are of", From: "spec/platform.yaml"}.Is(revision.Date.String(), stated["Date"])
			expect.Subject{What: "revision that the run judges by", From: "run.json"}.Is(p.Run.Revision, stated["Feature"])
		})

		p.It("spec.claimed", func() {
			claims := map[string]spec.Claim{}
			for _, c := range p.Spec.Claims {
				claims[c.Section+"\x00"+c.Kind+"\x00"+c.Key] = c
			}
			cells := parsed().Cells
			for _, cell := range cells {
				claim, ok := claims[cell.Section+"\x00"+string(cell.Kind)+"\x00"+cell.Key]
				unknown := slices.ContainsFunc(claim.IDs, func(id string) bool { _, known := p.Spec.Lookup(id); return !known })
				if !ok || claim.Text != cell.Text || len(claim.IDs) == 0 || unknown {
					expect.Subject{What: fmt.Sprintf("%s: %s %s", cell.Section, cell.Kind, cell.Key), From: "spec/cells.yaml", Object: claim}.
						AssertThat(false, fmt.Sprintf("requirements that claim %q", cell.Text), fmt.Sprintf("%q claimed by %v", claim.Text, claim.IDs))
				}
			}
			expect.Subject{What: "statements of the specification that requirements claim", From: "spec/cells.yaml"}.
				Is(len(claims), len(cells))
		})
	})
})

// parsed is the specification, taken apart.
func parsed() *document.Document {
	GinkgoHelper()
	doc, err := document.Parse("SPEC.md", p.Spec.Document)
	expect.Subject{What: "the specification", From: "spec/SPEC.md"}.NoError(err)
	if len(doc.Cells) == 0 {
		expect.Subject{What: "statements", From: "spec/SPEC.md"}.AssertThat(false, "some", "none")
	}
	return doc
}
