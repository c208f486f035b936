package controller

import (
	"iter"

	"github.com/pravega/pravega-client-go/internal/controller/controllerpb"
)

// pages goes through a list that comes a page at a time: fetch gets the page
// that a token names, the first one for "", and the token of the next. An
// empty page is the end. An error ends the sequence.
func pages(fetch func(page *controllerpb.Page) (items []string, next *controllerpb.Page, err error)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		page := new(controllerpb.Page)
		for {
			items, next, err := fetch(page)
			if err != nil {
				yield("", err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if len(items) == 0 || next.GetToken() == "" {
				return
			}
			page = next
		}
	}
}
