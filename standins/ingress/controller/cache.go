package controller

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// CacheOptions keeps the cache small: TLS Secrets only, no managed fields. With
// namespaces it holds these alone, and the published Service wherever it is.
func CacheOptions(namespaces []string, published types.NamespacedName) cache.Options {
	tlsSecrets := cache.ByObject{Field: fields.OneTermEqualSelector("type", string(corev1.SecretTypeTLS))}
	options := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject:         map[client.Object]cache.ByObject{&corev1.Secret{}: tlsSecrets},
	}
	if len(namespaces) == 0 {
		return options
	}
	options.DefaultNamespaces = make(map[string]cache.Config, len(namespaces))
	services := cache.ByObject{Namespaces: make(map[string]cache.Config, len(namespaces)+1)}
	if published.Name != "" {
		services.Namespaces[published.Namespace] = cache.Config{
			FieldSelector: fields.OneTermEqualSelector("metadata.name", published.Name),
		}
	}
	for _, namespace := range namespaces {
		options.DefaultNamespaces[namespace] = cache.Config{}
		services.Namespaces[namespace] = cache.Config{}
	}
	options.ByObject[&corev1.Service{}] = services
	return options
}
