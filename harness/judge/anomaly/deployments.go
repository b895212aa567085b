package anomaly

import (
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// deployments are transitions that the deployment lifecycle does not draw.
func deployments() []Kind {
	kind := func(name string, inject func(*editor) (string, bool)) Kind {
		return Kind{Name: name, Guarantee: judge.Lifecycle, Class: judge.Illegal, inject: inject}
	}
	// later appends a status of a deployment that has only been running.
	later := func(p *editor, change func(*history.Deployment)) (string, bool) {
		i := pick(p, p.h.Deployments, func(d *history.Deployment) bool { return d.Name != p.h.Deployments[0].Name })
		if i < 0 {
			return "", false
		}
		d := p.h.Deployments[i]
		d.Seen += 2 * second
		change(&d)
		p.h.Deployments = append(p.h.Deployments, d)
		return d.Name, true
	}
	return []Kind{
		kind("revision-without-template", func(p *editor) (string, bool) {
			return later(p, func(d *history.Deployment) { d.Revision++ })
		}),
		kind("template-without-revision", func(p *editor) (string, bool) {
			return later(p, func(d *history.Deployment) { d.Template = "other" })
		}),
		kind("revision-goes-back", func(p *editor) (string, bool) {
			return later(p, func(d *history.Deployment) { d.Revision, d.Template = 0, "other" })
		}),
		kind("update-without-end", func(p *editor) (string, bool) {
			where, done := later(p, func(d *history.Deployment) {
				d.Revision, d.Template, d.Updated, d.Unavailable = 2, "other", 0, 1
			})
			for i := range p.h.Observers { // the watch went on for long enough to tell
				p.h.Observers[i].End += 300 * second
			}
			return where, done
		}),
		kind("undone-before-it-failed", func(p *editor) (string, bool) {
			updating := slices.IndexFunc(p.h.Deployments, func(d history.Deployment) bool {
				return d.Template == "t2" && d.Unavailable == 0 && d.Observed == d.Generation
			})
			if updating < 0 {
				return "", false
			}
			p.h.Deployments = slices.Delete(p.h.Deployments, updating, updating+1)
			return p.h.Deployments[0].Name, true
		}),
	}
}
