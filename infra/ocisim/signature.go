package ocisim

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSkew is how far a request's date may lie from the server's clock.
const maxSkew = 5 * time.Minute

// Headers that a signature must cover, as Oracle documents them
// (https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm).
var (
	signedAlways   = []string{"(request-target)", "host"}
	signedWithBody = []string{"content-length", "content-type", "x-content-sha256"}
)

var authorizationPart = regexp.MustCompile(`(\w+)="([^"]*)"`)

// authenticated lets only correctly signed requests through.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.verify(r); err != nil {
			writeError(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) verify(r *http.Request) error {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "Signature" {
		return unauthenticated("the request is not signed")
	}
	parts := map[string]string{}
	for _, match := range authorizationPart.FindAllStringSubmatch(rest, -1) {
		parts[match[1]] = match[2]
	}
	if parts["algorithm"] != "rsa-sha256" {
		return unauthenticated("algorithm %q is not rsa-sha256", parts["algorithm"])
	}
	key, ok := s.opts.Keys[parts["keyId"]]
	if !ok {
		return unauthenticated("the key is not known")
	}
	covered := strings.Fields(parts["headers"])
	if err := checkCovered(r, covered); err != nil {
		return err
	}
	if err := s.checkDate(r); err != nil {
		return err
	}
	if err := checkBody(r); err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(parts["signature"])
	if err != nil {
		return unauthenticated("the signature is not base64")
	}
	digest := sha256.Sum256([]byte(signingString(r, covered)))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil {
		return unauthenticated("the signature does not match the request")
	}
	return nil
}

// hashedBody reports whether the signature covers the body: of an object's content,
// which may be large, it does not.
func hashedBody(r *http.Request) bool {
	if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/n/") && strings.Contains(r.URL.Path, "/o/") {
		return false
	}
	return r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch
}

func checkCovered(r *http.Request, covered []string) error {
	required := slices.Clone(signedAlways)
	if hashedBody(r) {
		required = append(required, signedWithBody...)
	}
	for _, header := range required {
		if !slices.Contains(covered, header) {
			return unauthenticated("the signature does not cover %s", header)
		}
	}
	if !slices.Contains(covered, "date") && !slices.Contains(covered, "x-date") {
		return unauthenticated("the signature does not cover date")
	}
	return nil
}

func (s *Server) checkDate(r *http.Request) error {
	value := r.Header.Get("X-Date")
	if value == "" {
		value = r.Header.Get("Date")
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return unauthenticated("the date %q is not an HTTP date", value)
	}
	if skew := s.opts.Now().Sub(date).Abs(); skew > maxSkew {
		return unauthenticated("the date differs from the server's clock by %s, more than %s", skew.Round(time.Second), maxSkew)
	}
	return nil
}

// checkBody compares the body with its signed hash and hands it on unread.
func checkBody(r *http.Request) error {
	if !hashedBody(r) {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the request's body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	if base64.StdEncoding.EncodeToString(sum[:]) != r.Header.Get("X-Content-Sha256") {
		return unauthenticated("x-content-sha256 does not match the body")
	}
	return nil
}

func signingString(r *http.Request, covered []string) string {
	lines := make([]string, 0, len(covered))
	for _, header := range covered {
		var value string
		switch header {
		case "(request-target)":
			value = strings.ToLower(r.Method) + " " + r.RequestURI
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		default:
			value = r.Header.Get(header)
		}
		lines = append(lines, header+": "+value)
	}
	return strings.Join(lines, "\n")
}
