package ocisim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// serveList answers the compartment's resources that match every query
// parameter, in pages of `limit` items.
func (k *kind[T, P]) serveList(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if query.Get("compartmentId") == "" {
		return missing("compartmentId")
	}
	paging := []string{"limit", "page", "sortBy", "sortOrder"}
	matches := []P{}
	for _, item := range k.items {
		fields, err := toFields(item)
		if err != nil {
			return err
		}
		match := true
		for parameter, values := range query {
			if !slices.Contains(paging, parameter) && fmt.Sprint(fields[parameter]) != values[0] {
				match = false
			}
		}
		if match {
			matches = append(matches, item)
		}
	}
	page, err := paginate(w, query.Get("page"), query.Get("limit"), len(matches))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, matches[page.from:page.to])
	return nil
}

type span struct{ from, to int }

// paginate returns the page's bounds and names the next page in the header.
func paginate(w http.ResponseWriter, page, limit string, total int) (span, error) {
	from, to := 0, total
	if page != "" {
		offset, err := strconv.Atoi(page)
		if err != nil || offset < 0 || offset > total {
			return span{}, invalid("page %q is not a page of this list", page)
		}
		from = offset
	}
	if limit != "" {
		size, err := strconv.Atoi(limit)
		if err != nil || size < 1 {
			return span{}, invalid("limit %q is not a positive number", limit)
		}
		to = min(total, from+size)
	}
	if to < total {
		w.Header().Set("Opc-Next-Page", strconv.Itoa(to))
	}
	return span{from, to}, nil
}
