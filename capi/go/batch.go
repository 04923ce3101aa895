//go:build cgo

package mojoaudio

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// ComputeBatch computes clips of any lengths, each with the same bits as Compute, on nThreads threads at
// once. For 0 it uses as many as [runtime.GOMAXPROCS] says.
//
// A failed clip doesn't affect the others: its result is nil, and the error is that of the first failed clip, whose
// index is [Error.Clip].
//
// No clip is begun after ctx is done. If that leaves clips out, the error is of the kind [CodeAborted] and wraps
// [context.Cause] of ctx; the results of the clips that were computed are returned with it.
func (e *MelExtractor) ComputeBatch(
	ctx context.Context, clips [][]float32, nThreads int,
) ([]*MelSpectrogram, error) {
	return batch(ctx, e, clips, nThreads, e.into)
}

// ComputeBatchInt16 is like ComputeBatch; each sample is divided by 32768.
func (e *MelExtractor) ComputeBatchInt16(
	ctx context.Context, clips [][]int16, nThreads int,
) ([]*MelSpectrogram, error) {
	return batch(ctx, e, clips, nThreads, e.intoInt16)
}

func batch[S sample](
	ctx context.Context,
	e *MelExtractor,
	clips [][]S,
	nThreads int,
	into func([]S, []float32) (int, error),
) ([]*MelSpectrogram, error) {
	if err := e.open(); err != nil {
		return nil, err
	}
	defer e.release()
	if nThreads < 0 {
		return nil, refusedNumber(ErrInvalidInput, CodeArgument, "nThreads", nThreads, "at least 0")
	}
	if nThreads == 0 {
		nThreads = runtime.GOMAXPROCS(0)
	}
	results, failures := make([]*MelSpectrogram, len(clips)), make([]error, len(clips))
	var begun atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			i := begun.Add(1) - 1
			if i >= int64(len(clips)) {
				return
			}
			results[i], failures[i] = compute(e, clips[i], into)
		}
	}
	var others sync.WaitGroup
	for range min(nThreads, len(clips)) - 1 {
		others.Add(1)
		go func() {
			defer others.Done()
			work()
		}()
	}
	work()
	others.Wait()
	if done := int(begun.Load()); done < len(clips) {
		return results, aborted(ctx, fmt.Sprintf("the batch was stopped after %d of %d clips", done, len(clips)))
	}
	return results, firstOf(failures)
}

// firstOf is the error of a batch: that of its first failed clip.
func firstOf(failures []error) error {
	var first *Error
	clip, n := 0, 0
	for i, failure := range failures {
		var found *Error
		if !errors.As(failure, &found) {
			continue
		}
		if n++; first == nil {
			first, clip = found, i
		}
	}
	if first == nil {
		return nil
	}
	first.Clip = clip
	first.text = fmt.Sprintf("clip %d (%d of %d failed): %s", clip, n, len(failures), first.text)
	return first
}
