package provisioning

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

var _ = p.Checks(func() {
	Describe("Images", func() {
		p.It("deployment.image", func(ctx SpecContext) {
			for _, want := range p.Spec.Deployments {
				// What was given is what Helm was given: users deploy images of their own.
				given, err := p.Cluster.InstalledImages(ctx, want.Namespace, want.Name)
				subject := expect.Subject{What: "image that " + want.Name + " was given", From: "Helm's record of the release"}
				subject.NoError(err)
				image := given[want.Name]
				subject.AssertThat(image != "", "an image for the container "+want.Name, image)
				deployment := deploymentOf(ctx, want)
				for _, c := range deployment.Spec.Template.Spec.Containers {
					if c.Name == want.Name {
						expect.Subject{What: "image in the template of " + want.Name, From: kubernetesAPI, Object: deployment}.Is(c.Image, image)
					}
				}
				running := map[string]bool{}
				for _, pod := range podsOf(ctx, want) {
					expect.Subject{What: "image of pod " + pod.Name, From: kubernetesAPI, Object: &pod}.Is(container(&pod, want.Name).Image, image)
					_, status := kube.Container(&pod, want.Name)
					digest := ""
					if status != nil && status.State.Running != nil {
						digest = status.ImageID
					}
					expect.Subject{What: "image that runs in " + pod.Name, From: "the kubelet", Object: &pod}.
						AssertThat(digest != "", "a digest", digest)
					running[digest] = true
				}
				expect.Subject{What: "different images that run as " + want.Name, From: "the kubelet"}.Is(len(running), 1)
			}
		}, brief)
	})
})
