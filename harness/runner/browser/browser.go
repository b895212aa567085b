// Package browser drives Chromium to see pages as people do: it opens them,
// clicks, takes pictures, and tells what the browser had to complain about.
package browser

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Options say what kind of window a page is looked at in.
type Options struct {
	Width, Height int
	Dark          bool // what the system prefers
	// Resolve maps host:port to the host:port to connect to in its place.
	Resolve map[string]string
	// Trust are certificates that are believed although no authority that the
	// browser knows has signed them. All others are checked as usual.
	Trust []*x509.Certificate
}

// Page is one window of a browser of its own, with an empty profile.
type Page struct {
	ctx    context.Context
	cancel func()

	mu       sync.Mutex
	problems []string
	requests []string
}

// Open starts a browser and opens an address in it. The browser ends with ctx or
// Close. ErrMissing is returned where there is none.
func Open(ctx context.Context, address string, o Options) (*Page, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	p := &Page{}
	allocator, stop := chromedp.NewExecAllocator(ctx, o.flags(path)...)
	window, end := chromedp.NewContext(allocator, chromedp.WithListener(p.note))
	p.ctx, p.cancel = window, func() { end(); stop() }
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	err = p.Do(
		command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
		chromedp.EmulateViewport(int64(o.Width), int64(o.Height)), chromedp.Navigate(address),
	)
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("open %s: %w", address, err)
	}
	return p, nil
}

// command is a command of the browser's protocol as an action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

func (o Options) flags(path string) []chromedp.ExecAllocatorOption {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.WindowSize(o.Width, o.Height),
		chromedp.Flag("no-proxy-server", true), chromedp.Flag("hide-scrollbars", true), chromedp.DisableGPU,
	)
	if os.Geteuid() == 0 { // Chromium refuses its sandbox to root
		flags = append(flags, chromedp.NoSandbox)
	}
	var rules, keys []string
	for from, to := range o.Resolve {
		rules = append(rules, "MAP "+from+" "+to)
	}
	for _, certificate := range o.Trust {
		sum := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
		keys = append(keys, base64.StdEncoding.EncodeToString(sum[:]))
	}
	if len(rules) > 0 {
		flags = append(flags, chromedp.Flag("host-resolver-rules", strings.Join(rules, ",")))
	}
	if len(keys) > 0 {
		flags = append(flags, chromedp.Flag("ignore-certificate-errors-spki-list", strings.Join(keys, ",")))
	}
	return flags
}

// note keeps what the browser tells of the page.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, describe(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity {
			p.problems = append(p.problems, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Problems are exceptions, refused content and failed loads so far.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.problems...)
}

// Requests are the addresses that the page has loaded or tried to load so far.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// describe is an exception with what was thrown.
func describe(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Text + " " + e.Exception.Description
	}
	return e.Text
}

// Do runs actions one after the other. An action that waits for something that
// does not come ends with the context that the page was opened with.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) error {
	return chromedp.Do(p.ctx, actions...)
}

// Evaluate runs a JavaScript expression in a page and returns its value.
func Evaluate[T any](p *Page, expression string) (T, error) {
	return chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
}

// Text is the visible text of the first element that a selector finds.
func (p *Page) Text(selector chromedp.CSS) (string, error) {
	text, err := chromedp.Run(p.ctx, chromedp.Text(selector))
	return strings.TrimSpace(text), err
}

// Picture takes a picture of the window, or of the first element that a selector
// finds if there is one, and writes it as PNG.
func (p *Page) Picture(path string, selector chromedp.CSS) error {
	action := chromedp.CaptureScreenshot()
	if selector != "" {
		action = chromedp.Screenshot(selector)
	}
	png, err := chromedp.Run(p.ctx, action)
	if err != nil {
		return fmt.Errorf("take a picture: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("save a picture: %w", err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		return fmt.Errorf("save a picture: %w", err)
	}
	return nil
}

// Close ends the browser and removes its profile. It may be called twice.
func (p *Page) Close() { p.cancel() }
