package main

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/token"
)

// The environment is the one that the program has now, not the one of its start, which is
// what Go has.
func init() {
	token.Getenv = func(name string) string {
		s := C.CString(name)
		defer C.free(unsafe.Pointer(s))
		return C.GoString(C.getenv(s))
	}
}

// provider is a function of C that gets bearer tokens, and what it is called with: as
// numbers, so that Go does not look at what may be no pointer.
type provider struct{ fn, user C.uintptr_t }

//export goConfigSetTokenProvider
func goConfigSetTokenProvider(of unsafe.Pointer, fn, user C.uintptr_t, out *C.struct_shim_outcome) {
	defer guard(out)
	c := pointer.Restore(of).(*config)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.provider, c.settings.Client.TokenProvider = provider{}, nil
	if fn != 0 {
		c.provider = provider{fn, user}
		c.settings.Client.TokenProvider = c.provider.token
	}
}

// tokenRequest is what a provider is asked.
type tokenRequest struct {
	answers chan tokenAnswer // room for one, which counts
}

type tokenAnswer struct {
	token client.Token
	err   error
}

// token asks the provider, and waits for its answer.
func (p provider) token(ctx context.Context) (client.Token, error) {
	r := &tokenRequest{answers: make(chan tokenAnswer, 1)}
	handle := C.shim_token_ask(p.fn, p.user, pointer.Save(r))
	if handle == nil {
		return client.Token{}, fault.New(fault.NoMemory, "ask", "the token provider", "")
	}
	select {
	case a := <-r.answers:
		return a.token, a.err
	case <-ctx.Done():
	}
	C.shim_token_drop(handle)
	select {
	case a := <-r.answers: // after all
		return a.token, a.err
	default:
		return client.Token{}, fault.Context(ctx, "ask", "the token provider").Because("it has not answered", nil)
	}
}

// answer settles the request, unless it is settled.
func (r *tokenRequest) answer(t client.Token, err error) error {
	select {
	case r.answers <- tokenAnswer{t, err}:
		return nil
	default:
		return fault.New(fault.BadHandle, "answer", "token request", "it was answered")
	}
}

//export goTokenSet
func goTokenSet(of unsafe.Pointer, value C.shim_text, n C.size_t, expiry C.int64_t, out *C.struct_shim_outcome) {
	defer guard(out)
	var t client.Token
	wrong := fmt.Errorf("the token has %d bytes; %d are the most", uint64(n), token.Longest)
	if n <= token.Longest {
		t.Value = C.GoStringN((*C.char)(value), C.int(n))
		wrong = token.Check(t.Value)
	}
	if expiry != 0 {
		t.Expiry = time.UnixMilli(int64(expiry))
	}
	err := pointer.Restore(of).(*tokenRequest).answer(t, wrong)
	if err == nil && wrong != nil {
		err = fault.Wrap(fault.InvalidArgument, "answer", "token request", wrong)
	}
	settle(out, err)
}

//export goTokenFail
func goTokenFail(of unsafe.Pointer, reason C.shim_text, out *C.struct_shim_outcome) {
	defer guard(out)
	why := errors.New(cmp.Or(text(reason), "it gives no reason"))
	settle(out, pointer.Restore(of).(*tokenRequest).answer(client.Token{}, why))
}
