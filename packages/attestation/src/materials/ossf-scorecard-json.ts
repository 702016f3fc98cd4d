import { Misshapen, itemsAt, member, numberAt, stringAt, textAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'
import { toolAnnotations } from './tools.ts'

/** The JSON (version 2) of https://github.com/ossf/scorecard. */
export const ossfScorecardJson = documentCrafter('OSSF_SCORECARD_JSON', (document) => {
  const version = textAt(member(member(document, 'scorecard'), 'version'))
  const score = numberAt(scoreAt(member(document, 'score')))
  textAt(member(document, 'date'))
  textAt(member(member(document, 'repo'), 'name'))
  itemsAt(member(document, 'checks')).forEach(assertCheck)
  return {
    annotations: {
      ...toolAnnotations({ name: 'scorecard', version }),
      'chainloop.material.scorecard.score': String(score),
    },
  }
})

function assertCheck(check: Place): void {
  textAt(member(check, 'name'))
  stringAt(member(check, 'reason'))
  scoreAt(member(check, 'score'))
}

/** From 0 to 10; -1 is a check that could not be made. */
function scoreAt(place: Place): Place {
  const score = numberAt(place)
  if (score < -1 || score > 10) throw new Misshapen(place.path, 'is not a score from 0 to 10')
  return place
}
